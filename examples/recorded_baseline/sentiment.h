// The classifier of ../quickstart as a model that declares which code answers.
#ifndef RECORDED_BASELINE_SENTIMENT_H_
#define RECORDED_BASELINE_SENTIMENT_H_

#include <gatetest/gatetest.h>

gatetest::ModelPtr Sentiment(int bits);

#endif  // RECORDED_BASELINE_SENTIMENT_H_
