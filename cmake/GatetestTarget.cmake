# How every target of this project is compiled. No flag reaches those who use GateTest.

function(gatetest_compile_options target)
  target_compile_features(${target} PUBLIC cxx_std_20)
  target_compile_options(${target} PRIVATE -Wall -Wextra -Wpedantic -Wshadow -Wconversion
    $<$<BOOL:${GATETEST_WARNINGS_AS_ERRORS}>:-Werror>)
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
    # Where GCC 12 inlines a lot it sees overlaps (its bug 105651) and uninitialized members that are
    # not there; GCC 13 and Clang watch over these.
    target_compile_options(${target} PRIVATE -Wno-restrict -Wno-maybe-uninitialized)
  endif()
  if(GATETEST_SANITIZE)
    # All sanitizer errors end the process: a test must not pass over one.
    target_compile_options(${target} PRIVATE -fsanitize=${GATETEST_SANITIZE}
      -fno-sanitize-recover=all -fno-omit-frame-pointer)
    target_link_options(${target} PRIVATE -fsanitize=${GATETEST_SANITIZE})
  endif()
endfunction()

# gatetest_library(name HEADERS dir SOURCES ... [LIBRARIES ...] [PRIVATE_LIBRARIES ...])
# makes gatetest::name, whose public headers are all headers below dir.
function(gatetest_library name)
  cmake_parse_arguments(ARG "" "HEADERS" "SOURCES;LIBRARIES;PRIVATE_LIBRARIES" ${ARGN})
  set(target gatetest_${name})
  add_library(${target} ${ARG_SOURCES})
  add_library(gatetest::${name} ALIAS ${target})
  set_target_properties(${target} PROPERTIES EXPORT_NAME ${name})
  cmake_path(GET ARG_HEADERS PARENT_PATH include_dir)
  file(GLOB_RECURSE headers CONFIGURE_DEPENDS ${ARG_HEADERS}/*.h)
  target_sources(${target} PUBLIC FILE_SET HEADERS BASE_DIRS ${include_dir} FILES ${headers})
  target_include_directories(${target} PRIVATE ${gatetest_SOURCE_DIR})
  target_link_libraries(${target} PUBLIC ${ARG_LIBRARIES})
  # Only what is linked at run time concerns users; the headers of these stay behind our .cc files.
  foreach(library IN LISTS ARG_PRIVATE_LIBRARIES)
    target_link_libraries(${target} PRIVATE ${library})
  endforeach()
  # Compiles each public header on its own: they must be self-contained.
  set_target_properties(${target} PROPERTIES
    VERIFY_INTERFACE_HEADER_SETS ${PROJECT_IS_TOP_LEVEL})
  gatetest_compile_options(${target})
endfunction()
