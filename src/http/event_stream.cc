#include "src/http/event_stream.h"

#include <utility>

namespace gatetest::internal {

void EventStream::Add(std::string_view piece) {
  while (!piece.empty()) {
    if (after_cr_ && piece.front() == '\n') piece.remove_prefix(1);
    after_cr_ = false;
    const std::size_t end = piece.find_first_of("\r\n");
    if (end == std::string_view::npos) {
      rest_ += piece;
      return;
    }
    after_cr_ = piece[end] == '\r';
    if (rest_.empty()) {
      Line(piece.substr(0, end));
    } else {
      rest_ += piece.substr(0, end);
      Line(std::exchange(rest_, {}));
    }
    piece.remove_prefix(end + 1);
  }
}

void EventStream::Line(std::string_view line) {
  if (line.empty()) return Dispatch();
  const std::size_t colon = line.find(':');
  const std::string_view field = line.substr(0, colon);
  std::string_view value = colon == std::string_view::npos ? "" : line.substr(colon + 1);
  if (value.starts_with(' ')) value.remove_prefix(1);
  if (field == "data") {
    if (has_data_) data_ += '\n';
    data_ += value;
    has_data_ = true;
  } else if (field == "id") {
    id_ = value;
  } else if (!field.empty() && field != "event" && field != "retry") {
    foreign_ = true;
  }
}

void EventStream::Dispatch() {
  const bool recurs = !id_.empty() && id_ == last_id_;
  if (recurs && data_ != last_data_) ids_name_events_ = false;
  const bool again = recurs && ids_name_events_;
  dropped_ = dropped_ || again;
  if (std::exchange(has_data_, false) && !again) take_(data_);
  if (!id_.empty()) {
    last_id_ = std::exchange(id_, {});
    last_data_ = data_;
  }
  data_.clear();
}

}  // namespace gatetest::internal
