# PCRE2::8BIT, from the package that PCRE2 has where CMake built it (vcpkg's: it knows what a static
# library needs), and else from a header and a library (Debian's).
if(TARGET PCRE2::8BIT)
  set(PCRE2_FOUND TRUE)
  return()
endif()

include(FindPackageHandleStandardArgs)
find_package(PCRE2 ${PCRE2_FIND_VERSION} QUIET CONFIG COMPONENTS 8BIT)
mark_as_advanced(PCRE2_DIR)
if(TARGET PCRE2::8BIT)
  find_package_handle_standard_args(PCRE2 CONFIG_MODE)
  return()
endif()

find_path(PCRE2_INCLUDE_DIR pcre2.h)
find_library(PCRE2_LIBRARY pcre2-8)
mark_as_advanced(PCRE2_INCLUDE_DIR PCRE2_LIBRARY)

if(PCRE2_INCLUDE_DIR)
  file(STRINGS ${PCRE2_INCLUDE_DIR}/pcre2.h version REGEX "^#define PCRE2_(MAJOR|MINOR)")
  string(REGEX REPLACE ".*MAJOR +([0-9]+).*MINOR +([0-9]+).*" "\\1.\\2" PCRE2_VERSION "${version}")
endif()

find_package_handle_standard_args(PCRE2 REQUIRED_VARS PCRE2_LIBRARY PCRE2_INCLUDE_DIR
  VERSION_VAR PCRE2_VERSION)

if(PCRE2_FOUND)
  add_library(PCRE2::8BIT UNKNOWN IMPORTED)
  set_target_properties(PCRE2::8BIT PROPERTIES
    IMPORTED_LOCATION ${PCRE2_LIBRARY}
    INTERFACE_INCLUDE_DIRECTORIES ${PCRE2_INCLUDE_DIR})
endif()
