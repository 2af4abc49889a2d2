# How every target of this project is compiled and installed. No flag reaches those who use GateTest.

function(gatetest_compile_options target)
  target_compile_features(${target} PUBLIC cxx_std_20)
  target_compile_options(${target} PRIVATE -Wall -Wextra -Wpedantic -Wshadow -Wconversion
    $<$<BOOL:${GATETEST_WARNINGS_AS_ERRORS}>:-Werror>)
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    # Where GCC inlines a lot it sees uninitialized variables that are not there (in Boost's code too,
    # with GCC 16), and GCC 12 overlaps (its bug 105651). Clang and the sanitizers watch over these.
    target_compile_options(${target} PRIVATE -Wno-maybe-uninitialized
      $<$<VERSION_LESS:$<CXX_COMPILER_VERSION>,13>:-Wno-restrict>)
  endif()
  if(GATETEST_SANITIZE)
    # All sanitizer errors end the process: a test must not pass over one.
    target_compile_options(${target} PRIVATE -fsanitize=${GATETEST_SANITIZE}
      -fno-sanitize-recover=all -fno-omit-frame-pointer)
    target_link_options(${target} PRIVATE -fsanitize=${GATETEST_SANITIZE})
  endif()
endfunction()

# gatetest_library(name [STATIC] HEADERS dir SOURCES ... [LIBRARIES ...] [PRIVATE_LIBRARIES ...]
#                  [HEADER_ONLY_LIBRARIES ...])
# makes gatetest::name, whose public headers are all headers below dir, and the component of that name.
# PRIVATE_LIBRARIES are linked, so who uses an installed static library has to have them;
# HEADER_ONLY_LIBRARIES stay behind our .cc files and concern nobody.
function(gatetest_library name)
  cmake_parse_arguments(ARG "STATIC" "HEADERS"
    "SOURCES;LIBRARIES;PRIVATE_LIBRARIES;HEADER_ONLY_LIBRARIES" ${ARGN})
  set(target gatetest_${name})
  set(kind "")
  if(ARG_STATIC)
    set(kind STATIC)
  endif()
  add_library(${target} ${kind} ${ARG_SOURCES})
  add_library(gatetest::${name} ALIAS ${target})
  set_target_properties(${target} PROPERTIES
    EXPORT_NAME ${name}
    VERSION ${gatetest_VERSION}
    SOVERSION ${gatetest_VERSION_MAJOR}.${gatetest_VERSION_MINOR}
    # For static libraries too: a gate may live in a shared library.
    POSITION_INDEPENDENT_CODE ON
    # Where fmt and PCRE2 are, if that is not where every program looks.
    INSTALL_RPATH_USE_LINK_PATH ON
    # Whatever a project that contains us hides of its own.
    CXX_VISIBILITY_PRESET default
    VISIBILITY_INLINES_HIDDEN OFF)
  if(ARG_HEADERS)
    cmake_path(GET ARG_HEADERS PARENT_PATH include_dir)
    file(GLOB_RECURSE headers CONFIGURE_DEPENDS ${ARG_HEADERS}/*.h)
    target_sources(${target} PUBLIC FILE_SET HEADERS BASE_DIRS ${include_dir} FILES ${headers})
  endif()
  target_include_directories(${target} PRIVATE ${gatetest_SOURCE_DIR})
  target_link_libraries(${target} PUBLIC ${ARG_LIBRARIES} PRIVATE ${ARG_PRIVATE_LIBRARIES})
  foreach(library IN LISTS ARG_HEADER_ONLY_LIBRARIES)
    target_link_libraries(${target} PRIVATE $<BUILD_INTERFACE:${library}>)
  endforeach()
  # Compiles each public header on its own: they must be self-contained.
  set_target_properties(${target} PROPERTIES
    VERIFY_INTERFACE_HEADER_SETS ${PROJECT_IS_TOP_LEVEL})
  gatetest_compile_options(${target})
  gatetest_install(${name})
endfunction()

# Installs gatetest_<name> as the component of that name: see GatetestInstall.cmake.
function(gatetest_install name)
  if(NOT GATETEST_INSTALL OR GATETEST_NOT_INSTALLABLE)
    return()
  endif()
  install(TARGETS gatetest_${name} EXPORT gatetest-${name}-targets FILE_SET HEADERS)
  install(EXPORT gatetest-${name}-targets NAMESPACE gatetest::
    DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/gatetest)
endfunction()
