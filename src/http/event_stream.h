// EventStream: server-sent events as they arrive, in pieces cut anywhere.
// The format: https://html.spec.whatwg.org/multipage/server-sent-events.html
#ifndef GATETEST_SRC_HTTP_EVENT_STREAM_H_
#define GATETEST_SRC_HTTP_EVENT_STREAM_H_

#include <functional>
#include <string>
#include <string_view>
#include <utility>

namespace gatetest::internal {

class EventStream {
 public:
  /// Takes the data of each event; lines of one event are joined by '\n'.
  explicit EventStream(std::function<void(const std::string& data)> take)
      : take_(std::move(take)) {}

  /// An event whose id and data are those of the one before it is that one, sent twice, and left
  /// out.
  void Add(std::string_view piece);

  /// An event was left out for its id, and then it turned out that one id stands for several.
  bool lost() const { return dropped_ && !ids_name_events_; }

  /// Whether anything came that was no event's field, a comment or an empty line: it is no stream.
  bool foreign() const { return foreign_; }

 private:
  void Line(std::string_view line);
  void Dispatch();

  const std::function<void(const std::string&)> take_;
  std::string rest_;  ///< Of a line that has not ended.
  bool after_cr_ = false;
  std::string data_;
  bool has_data_ = false;
  std::string id_;
  std::string last_id_;    ///< Of the last event that had one,
  std::string last_data_;  ///< and its data.
  bool ids_name_events_ = true;
  bool dropped_ = false;
  bool foreign_ = false;
};

}  // namespace gatetest::internal

#endif  // GATETEST_SRC_HTTP_EVENT_STREAM_H_
