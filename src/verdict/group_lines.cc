#include "src/verdict/group_lines.h"

#include <fmt/format.h>

#include <algorithm>

namespace gatetest::internal {

std::vector<std::string> MostFirst(std::vector<GroupLine> lines) {
  constexpr std::size_t kMostGroups = 5;
  std::stable_sort(lines.begin(), lines.end(),
                   [](const GroupLine& a, const GroupLine& b) { return a.loss > b.loss; });
  std::erase_if(lines, [](const GroupLine& line) { return !(line.loss > 0.0); });
  std::vector<std::string> texts;
  for (const GroupLine& line : lines) {
    if (texts.size() == kMostGroups) {
      texts.push_back(fmt::format("… ({} more)", lines.size() - kMostGroups));
      break;
    }
    texts.push_back(line.text);
  }
  return texts;
}

std::string GroupOf(const Pair& pair, bool several) {
  const std::string& group = pair.sample->group;
  if (!several) return group.empty() ? "(none)" : group;
  const std::string& task = pair.subject->candidate->task->name();
  return group.empty() ? task : task + "/" + group;
}

}  // namespace gatetest::internal
