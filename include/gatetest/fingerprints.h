// Fingerprints of what answers depend on, for ModelInfo: the content of a weights file, the commit
// of a folder.
//
//   gatetest::ModelInfo info{.name = "llama-8b",
//                            .quantization = "int4",
//                            .weights = gatetest::FileHash("/models/llama-8b-int4.gguf"),
//                            .code_id = gatetest::GitCommit("/src/engine")};
#ifndef GATETEST_FINGERPRINTS_H_
#define GATETEST_FINGERPRINTS_H_

#include <filesystem>
#include <string>

namespace gatetest {

/// "xxh3:" and 32 hexadecimal digits: XXH3-128 of the file's bytes. Reading many gigabytes takes a
/// while, so hashes are remembered by path, size, times of change and inode, between processes in
/// the folder gatetest below $XDG_CACHE_HOME (else ~/.cache); a file that was changed within the
/// last two seconds is not. Throws Error(kNotFound) when it cannot be read.
std::string FileHash(const std::filesystem::path& path);

/// "git:" and the commit that is checked out in the work tree around `folder`. A work tree with
/// changes that are not committed is no commit: then "git:COMMIT+changes:" and a hash of them,
/// untracked files included. Only what is in `folder` counts as a change. It says what lies in the
/// folder now, which is what runs only if the program was built from it: build before you gate.
/// Throws Error(kNotFound) where there is no git or no work tree.
std::string GitCommit(const std::filesystem::path& folder);

}  // namespace gatetest

#endif  // GATETEST_FINGERPRINTS_H_
