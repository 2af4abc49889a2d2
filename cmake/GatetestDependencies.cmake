# What GateTest builds on: what the surrounding project has, else what is installed, else (unless
# GATETEST_FETCH_DEPENDENCIES is off) a pinned commit. FETCHCONTENT_SOURCE_DIR_<NAME> names a folder of
# yours that is taken in place of what is installed.
include(FetchContent)
set(CMAKE_FIND_PACKAGE_TARGETS_GLOBAL TRUE)
if(POLICY CMP0167)
  cmake_policy(SET CMP0167 NEW)  # Boost's own package, rather than CMake's module for it.
endif()

# Whoever contains this project and has no Google Benchmark has to ask for what needs it.
set(gatetest_benchmark_gates ${PROJECT_IS_TOP_LEVEL})
if(NOT TARGET benchmark::benchmark AND NOT FETCHCONTENT_SOURCE_DIR_BENCHMARK)
  find_package(benchmark 1.7 QUIET)
endif()
if(TARGET benchmark::benchmark OR FETCHCONTENT_SOURCE_DIR_BENCHMARK)
  set(gatetest_benchmark_gates ON)
endif()
option(GATETEST_BUILD_BENCHMARK_GATES "Build gatetest::benchmark, the gates on speed; needs Google Benchmark"
  ${gatetest_benchmark_gates})

# gatetest_find(package version target debian_packages name): sets <name>_IS_MISSING when `target` is
# not to be had, so that FetchContent's `name` has to stand in.
macro(gatetest_find package version target debian_packages name)
  string(TOUPPER ${name} gatetest_upper_name)
  set(GATETEST_${package}_VERSION ${version})
  set(${name}_IS_MISSING FALSE)
  if(NOT TARGET ${target} AND NOT FETCHCONTENT_SOURCE_DIR_${gatetest_upper_name})
    find_package(${package} ${version} QUIET)
  endif()
  if(NOT TARGET ${target})
    set(${name}_IS_MISSING TRUE)
    if(FETCHCONTENT_SOURCE_DIR_${gatetest_upper_name})
      message(STATUS "GateTest: ${package} from ${FETCHCONTENT_SOURCE_DIR_${gatetest_upper_name}}")
    elseif(GATETEST_FETCH_DEPENDENCIES)
      message(STATUS "GateTest: ${package} ${version} is not installed, so it is fetched. (On Debian "
        "and Ubuntu, apt-get install ${debian_packages} makes that unnecessary.)")
    else()
      message(FATAL_ERROR "GateTest needs ${package} ${version} or newer. On Debian and Ubuntu: "
        "apt-get install ${debian_packages}. Elsewhere set CMAKE_PREFIX_PATH, or "
        "GATETEST_FETCH_DEPENDENCIES=ON to have it fetched.")
    endif()
  endif()
endmacro()

# gatetest_require(package version target debian_package): for what every system has, and nobody fetches.
macro(gatetest_require package version target debian_package)
  set(GATETEST_${package}_VERSION ${version})
  if(NOT TARGET ${target})
    find_package(${package} ${version} QUIET)
  endif()
  if(TARGET ${package}::${package} AND NOT TARGET ${target})  # SQLite's name from CMake 4.3 on.
    add_library(${target} ALIAS ${package}::${package})
  endif()
  if(NOT TARGET ${target})
    message(FATAL_ERROR "GateTest needs ${package} ${version} or newer, with its headers. On Debian and "
      "Ubuntu: apt-get install ${debian_package}. Elsewhere set CMAKE_PREFIX_PATH.")
  endif()
endmacro()

# gatetest_fetch(name url commit [target]): the sources, in <name>_SOURCE_DIR. Where a target is wanted,
# their CMake project is added, without its warnings and its installation.
macro(gatetest_fetch name url commit)
  FetchContent_Declare(${name} GIT_REPOSITORY ${url} GIT_TAG ${commit}
    SOURCE_SUBDIR added-below)
  FetchContent_MakeAvailable(${name})
  # A project around this one that declared `name` first has its own way, which may have added it.
  if(NOT "${ARGV3}" STREQUAL "" AND NOT TARGET "${ARGV3}" AND ${name}_SOURCE_DIR)
    add_subdirectory(${${name}_SOURCE_DIR} ${${name}_BINARY_DIR} EXCLUDE_FROM_ALL SYSTEM)
  endif()
endmacro()

# A function, so that no setting for these projects reaches any other.
function(gatetest_fetch_missing)
  set(BUILD_SHARED_LIBS OFF)
  set(BUILD_TESTING OFF)
  set(CMAKE_POSITION_INDEPENDENT_CODE ON)
  set(CMAKE_POLICY_DEFAULT_CMP0077 NEW)  # Their options do as the variables here say.
  if(boost_math_IS_MISSING)  # 1.91.0, without the rest of Boost
    gatetest_fetch(boost_math https://github.com/boostorg/math.git
      f4685530293e666a952675944762e473a3667f70 Boost::math)
  endif()
  if(fmt_IS_MISSING)  # 12.2.0
    gatetest_fetch(fmt https://github.com/fmtlib/fmt.git
      1be298e1bd68957e4cd352e1f676f00e07dcfb57 fmt::fmt)
  endif()
  if(nlohmann_json_IS_MISSING)  # 3.11.3
    set(JSON_BuildTests OFF)
    gatetest_fetch(nlohmann_json https://github.com/nlohmann/json.git
      9cca280a4d0ccf0c08f47a99aa71d1b0e52f8d03 nlohmann_json::nlohmann_json)
  endif()
  if(pcre2_IS_MISSING)  # 10.47
    set(PCRE2_BUILD_TESTS OFF)
    set(PCRE2_BUILD_PCRE2GREP OFF)
    set(PCRE2_SHOW_REPORT OFF)
    set(PCRE2_STATIC_PIC ON)
    gatetest_fetch(pcre2 https://github.com/PCRE2Project/pcre2.git
      f454e231fe5006dd7ff8f4693fd2b8eb94333429 pcre2-8-static)
    add_library(PCRE2::8BIT ALIAS pcre2-8-static)
  endif()
  if(xxhash_IS_MISSING)  # 0.8.2; only its header
    gatetest_fetch(xxhash https://github.com/Cyan4973/xxHash.git
      bbb27a5efb85b92a0486cf361a8635715a53f6ba)
    add_library(gatetest_xxhash INTERFACE)
    target_include_directories(gatetest_xxhash SYSTEM INTERFACE ${xxhash_SOURCE_DIR})
    add_library(xxHash::headers ALIAS gatetest_xxhash)
  endif()
  if(googletest_IS_MISSING)  # 1.18.0
    set(INSTALL_GTEST OFF)
    set(BUILD_GMOCK ON)
    gatetest_fetch(googletest https://github.com/google/googletest.git
      063de7e9578f82b369302001269680b4b1553359 GTest::gmock)
  endif()
  if(benchmark_IS_MISSING)  # 1.9.5
    set(BENCHMARK_ENABLE_TESTING OFF)
    set(BENCHMARK_ENABLE_INSTALL OFF)
    gatetest_fetch(benchmark https://github.com/google/benchmark.git
      192ef10025eb2c4cdd392bc502f0c852196baa48 benchmark::benchmark)
  endif()
endfunction()

# A project may bring a GoogleTest of its own, which is the one to use then.
if(TARGET gmock AND NOT TARGET GTest::gmock)
  add_library(GTest::gmock ALIAS gmock)
  if(NOT TARGET GTest::gtest)
    add_library(GTest::gtest ALIAS gtest)
  endif()
elseif(TARGET gtest AND NOT TARGET GTest::gmock)
  message(FATAL_ERROR "This project builds a GoogleTest without GoogleMock, which GateTest needs: set "
    "BUILD_GMOCK to ON for it.")
endif()

set(THREADS_PREFER_PTHREAD_FLAG TRUE)
find_package(Threads REQUIRED)
gatetest_find(Boost 1.74 Boost::headers libboost-dev boost_math)
gatetest_find(fmt 8 fmt::fmt libfmt-dev fmt)
gatetest_find(nlohmann_json 3.10 nlohmann_json::nlohmann_json nlohmann-json3-dev nlohmann_json)
gatetest_find(PCRE2 10.34 PCRE2::8BIT libpcre2-dev pcre2)
gatetest_require(SQLite3 3.37 SQLite::SQLite3 libsqlite3-dev)
gatetest_require(ZLIB 1.2.11 ZLIB::ZLIB zlib1g-dev)
gatetest_require(CURL 7.76 CURL::libcurl libcurl4-openssl-dev)
gatetest_find(xxHash 0.8 xxHash::headers libxxhash-dev xxhash)
gatetest_find(GTest 1.12 GTest::gmock "libgtest-dev libgmock-dev" googletest)
if(GATETEST_BUILD_BENCHMARKS OR GATETEST_BUILD_BENCHMARK_GATES)
  gatetest_find(benchmark 1.7 benchmark::benchmark libbenchmark-dev benchmark)
endif()
gatetest_fetch_missing()

# A package is made of installed libraries: one that was fetched, or that the project around this one
# builds, would be missing where the package goes. (Headers, and what only tests need, do not matter.)
set(GATETEST_NOT_INSTALLABLE "")
set(gatetest_linked fmt::fmt PCRE2::8BIT SQLite::SQLite3 ZLIB::ZLIB CURL::libcurl GTest::gmock)
if(GATETEST_BUILD_BENCHMARK_GATES)
  list(APPEND gatetest_linked benchmark::benchmark)
endif()
foreach(target IN LISTS gatetest_linked)
  get_target_property(imported ${target} IMPORTED)
  if(NOT imported)
    list(APPEND GATETEST_NOT_INSTALLABLE ${target})
  endif()
endforeach()

# Where the rest of Boost is missing, its mathematics stand alone.
set(GATETEST_BOOST Boost::headers)
if(boost_math_IS_MISSING)
  set(GATETEST_BOOST Boost::math)
endif()
