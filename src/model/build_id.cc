#include "src/model/build_id.h"

#include <fmt/format.h>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <string_view>
#include <utility>
#include <vector>

#include "gatetest/fingerprints.h"

#ifdef __linux__
#include <elf.h>
#include <link.h>
#endif

namespace gatetest::internal {
namespace {

#ifdef __linux__
std::string Hex(const unsigned char* bytes, std::size_t size) {
  std::string text;
  for (std::size_t i = 0; i < size; ++i) text += fmt::format("{:02x}", bytes[i]);
  return text;
}

/// Walks the notes of one segment: header, name and descriptor, each padded to four bytes.
std::string BuildIdInNotes(const unsigned char* notes, std::size_t size) {
  const auto padded = [](std::size_t n) { return (n + 3) / 4 * 4; };
  ElfW(Nhdr) note{};
  while (size >= sizeof(note)) {
    std::memcpy(&note, notes, sizeof(note));
    const std::size_t description = sizeof(note) + padded(note.n_namesz);
    const std::size_t whole = description + padded(note.n_descsz);
    if (whole > size) break;
    if (note.n_type == NT_GNU_BUILD_ID && note.n_namesz == 4 &&
        std::memcmp(notes + sizeof(note), "GNU", 4) == 0) {
      return Hex(notes + description, note.n_descsz);
    }
    notes += whole;
    size -= whole;
  }
  return "";
}

/// The executable or a library.
struct LinkedFile {
  std::string path;
  std::string id;  ///< Empty where the linker wrote none.
};

/// dl_iterate_phdr calls this for the executable first.
int VisitLinked(dl_phdr_info* info, std::size_t /*size*/, void* result) {
  auto& files = *static_cast<std::vector<LinkedFile>*>(result);
  LinkedFile file{.path = files.empty() ? "/proc/self/exe" : info->dlpi_name, .id = {}};
  // The vDSO is the kernel's, and has no file.
  if (file.path.find('/') == std::string::npos) return 0;
  for (std::size_t i = 0; i < info->dlpi_phnum && file.id.empty(); ++i) {
    const ElfW(Phdr)& segment = info->dlpi_phdr[i];
    if (segment.p_type != PT_NOTE) continue;
    file.id = BuildIdInNotes(
        reinterpret_cast<const unsigned char*>(info->dlpi_addr + segment.p_vaddr), segment.p_memsz);
  }
  files.push_back(std::move(file));
  return 0;
}

const std::vector<LinkedFile>& LinkedFiles() {
  static const std::vector<LinkedFile> files = [] {
    std::vector<LinkedFile> found;
    dl_iterate_phdr(&VisitLinked, &found);
    return found;
  }();
  return files;
}

/// Before main, when only what the program is linked with is loaded.
[[maybe_unused]] const std::size_t linked_before_main = LinkedFiles().size();

std::map<std::string, std::string> FindLinkedBuildIds() {
  std::map<std::string, std::string> ids;
  for (const LinkedFile& file : LinkedFiles()) {
    const std::string name =
        ids.empty() ? "executable" : std::filesystem::path(file.path).filename().string();
    ids[name] = file.id.empty() ? FileHash(file.path) : file.id;
  }
  return ids;
}
#else
std::map<std::string, std::string> FindLinkedBuildIds() { return {}; }
#endif

}  // namespace

const std::map<std::string, std::string>& LinkedBuildIds() {
  static const std::map<std::string, std::string> ids = FindLinkedBuildIds();
  return ids;
}

}  // namespace gatetest::internal
