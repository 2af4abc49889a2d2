# gatetest_discover_tests(target
#   [PER_TEST]                 one ctest entry per test; default: per suite, so that the tests of a suite
#                              share their evaluations
#   [LABELS label...]          beside "gate", which every entry carries
#   [SPEED_SUITES pattern...]  suites (or, with PER_TEST, tests) that measure speed: they carry the label
#                              "latency" too, and nothing else runs beside them. * and ? as in a filter;
#                              "*" for all
#   [TIMEOUT seconds]          default 1800
#   [WORKING_DIRECTORY dir]    where relative data paths begin; default: the current source directory
#   [RESOURCE_LOCK name...]    entries with a name in common do not run at the same time
#   [ENVIRONMENT VAR=value...]
#   [EXTRA_ARGS argument...]   for the program, when it runs
#   [TEST_PREFIX prefix])
#
# Unlike gtest_discover_tests it never takes a failure for a skip: that script treats any output of
# "[  SKIPPED ]" as "Skipped", even when the program exits with a failure (a failed SetUpTestSuite, say).
# Tests are listed when ctest starts, from the program as it is then; one that is missing, cannot list its
# tests or has none is an entry that fails.

function(gatetest_discover_tests target)
  gatetest_write_test_script(${target} script ${ARGN})
  set_property(DIRECTORY APPEND PROPERTY TEST_INCLUDE_FILES ${script})
endfunction()

# Writes what ctest is to include, and returns its path in `result`.
function(gatetest_write_test_script target result)
  cmake_parse_arguments(PARSE_ARGV 2 ARG "PER_TEST" "TIMEOUT;WORKING_DIRECTORY;TEST_PREFIX"
    "LABELS;SPEED_SUITES;RESOURCE_LOCK;ENVIRONMENT;EXTRA_ARGS")
  if(ARG_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "gatetest_discover_tests(${target}): unknown arguments ${ARG_UNPARSED_ARGUMENTS}")
  endif()
  if(NOT TARGET ${target})
    message(FATAL_ERROR "gatetest_discover_tests: there is no target ${target}")
  endif()
  if(NOT ARG_TIMEOUT)
    set(ARG_TIMEOUT 1800)
  endif()
  if(NOT ARG_WORKING_DIRECTORY)
    set(ARG_WORKING_DIRECTORY ${CMAKE_CURRENT_SOURCE_DIR})
  endif()

  get_property(multi_config GLOBAL PROPERTY GENERATOR_IS_MULTI_CONFIG)
  # A target may be discovered more than once, with other arguments.
  get_property(number TARGET ${target} PROPERTY gatetest_scripts)
  set_property(TARGET ${target} APPEND_STRING PROPERTY gatetest_scripts "x")
  string(LENGTH "${number}" number)
  set(base ${CMAKE_CURRENT_BINARY_DIR}/${target}_gatetest${number})
  set(script ${base}.cmake)
  if(multi_config)
    file(WRITE ${script} "include(\"${base}-\${CTEST_CONFIGURATION_TYPE}.cmake\")\n")
    set(script ${base}-$<CONFIG>.cmake)
  endif()
  file(GENERATE OUTPUT ${script} CONTENT "
set(gatetest_target [==[${target}]==])
set(gatetest_program [==[$<TARGET_FILE:${target}>]==])
set(gatetest_cmake [==[${CMAKE_COMMAND}]==])
set(gatetest_per_test [==[${ARG_PER_TEST}]==])
set(gatetest_labels [==[gate;${ARG_LABELS}]==])
set(gatetest_speed_suites [==[${ARG_SPEED_SUITES}]==])
set(gatetest_timeout [==[${ARG_TIMEOUT}]==])
set(gatetest_working_directory [==[${ARG_WORKING_DIRECTORY}]==])
set(gatetest_resource_lock [==[${ARG_RESOURCE_LOCK}]==])
set(gatetest_environment [==[${ARG_ENVIRONMENT}]==])
set(gatetest_extra_args [==[${ARG_EXTRA_ARGS}]==])
set(gatetest_prefix [==[${ARG_TEST_PREFIX}]==])
include([==[${CMAKE_CURRENT_FUNCTION_LIST_DIR}/GatetestAddTests.cmake]==])
")
  set(${result} ${base}.cmake PARENT_SCOPE)
endfunction()
