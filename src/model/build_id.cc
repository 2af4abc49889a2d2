#include "src/model/build_id.h"

#include <fmt/format.h>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <fstream>
#include <iterator>

#include "src/data/hash.h"

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

/// dl_iterate_phdr calls this for the executable first.
int VisitExecutable(dl_phdr_info* info, std::size_t /*size*/, void* result) {
  for (std::size_t i = 0; i < info->dlpi_phnum; ++i) {
    const ElfW(Phdr)& segment = info->dlpi_phdr[i];
    if (segment.p_type != PT_NOTE) continue;
    const auto* const notes =
        reinterpret_cast<const unsigned char*>(info->dlpi_addr + segment.p_vaddr);
    const std::string id = BuildIdInNotes(notes, segment.p_memsz);
    if (!id.empty()) *static_cast<std::string*>(result) = id;
  }
  return 1;
}

std::string FindBuildId() {
  std::string id;
  dl_iterate_phdr(&VisitExecutable, &id);
  if (!id.empty()) return id;
  std::ifstream file("/proc/self/exe", std::ios::binary);
  const std::string bytes((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  return bytes.empty() ? "" : Hasher().Add(bytes).Hex();
}
#else
std::string FindBuildId() { return ""; }
#endif

}  // namespace

const std::string& ExecutableBuildId() {
  static const std::string id = FindBuildId();
  return id;
}

}  // namespace gatetest::internal
