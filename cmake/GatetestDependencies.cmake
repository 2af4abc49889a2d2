# What GateTest builds on. Each package's Debian name is in the message when it is missing.

function(gatetest_require package debian_package)
  find_package(${package} ${ARGN} QUIET)
  if(NOT ${package}_FOUND)
    message(FATAL_ERROR "GateTest needs ${package} ${ARGN}. "
      "On Debian and Ubuntu: apt-get install ${debian_package}; elsewhere set CMAKE_PREFIX_PATH.")
  endif()
  set(${package}_FOUND TRUE PARENT_SCOPE)
endfunction()

set(CMAKE_FIND_PACKAGE_TARGETS_GLOBAL TRUE)
gatetest_require(Threads libc6-dev)
gatetest_require(Boost libboost-dev 1.74)
gatetest_require(fmt libfmt-dev 8)
gatetest_require(nlohmann_json nlohmann-json3-dev 3.10)
gatetest_require(PCRE2 libpcre2-dev 10.34)
gatetest_require(xxHash libxxhash-dev 0.8)
# A project that builds GoogleTest itself keeps its own.
if(NOT TARGET GTest::gmock)
  gatetest_require(GTest "libgtest-dev libgmock-dev" 1.12)
endif()
