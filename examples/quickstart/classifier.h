// Stands for your engine: says whether a film review is good or bad.
#ifndef QUICKSTART_CLASSIFIER_H_
#define QUICKSTART_CLASSIFIER_H_

#include <map>
#include <string>

class Classifier {
 public:
  /// Its weights are rounded to as many bits.
  explicit Classifier(int bits);

  /// "good" or "bad".
  std::string Classify(const std::string& review) const;

 private:
  std::map<std::string, double> weights_;
};

#endif  // QUICKSTART_CLASSIFIER_H_
