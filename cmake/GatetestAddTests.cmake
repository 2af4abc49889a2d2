# Read by ctest when it starts: adds the tests of one program. The variables gatetest_... come from the
# file that gatetest_discover_tests wrote.

# An entry that fails with a text, in place of tests that cannot be listed.
function(gatetest_add_failure why)
  add_test("${gatetest_prefix}${gatetest_target}.CannotListTests" "${gatetest_cmake}" "-DWHY=${why}" -P
    "${CMAKE_CURRENT_FUNCTION_LIST_DIR}/GatetestFail.cmake")
  set_tests_properties("${gatetest_prefix}${gatetest_target}.CannotListTests" PROPERTIES
    LABELS "${gatetest_labels}")
endfunction()

# Whether a pattern of SPEED_SUITES means the entry, or its suite.
function(gatetest_means pattern name result)
  string(REGEX REPLACE "\\.[^.]*$" "" suite "${name}")
  string(REGEX REPLACE "/[0-9]+$" "" plain_suite "${suite}")  # Of a typed suite.
  string(REGEX REPLACE "([][+.^$()|\\])" "\\\\\\1" pattern "${pattern}")
  string(REPLACE "*" ".*" pattern "${pattern}")
  string(REPLACE "?" "." pattern "${pattern}")
  set(${result} FALSE PARENT_SCOPE)
  foreach(one IN ITEMS "${name}" "${suite}" "${plain_suite}")
    if("${one}" MATCHES "^${pattern}$")
      set(${result} TRUE PARENT_SCOPE)
    endif()
  endforeach()
endfunction()

# A misspelt pattern would let others run beside what is measured.
function(gatetest_check_speed_suites names)
  foreach(pattern IN LISTS gatetest_speed_suites)
    set(is_used FALSE)
    foreach(name IN LISTS names)
      gatetest_means("${pattern}" "${name}" means)
      if(means)
        set(is_used TRUE)
      endif()
    endforeach()
    if(NOT is_used)
      gatetest_add_failure("SPEED_SUITES of ${gatetest_target} has \"${pattern}\", which is none of its suites")
      return()
    endif()
  endforeach()
endfunction()

function(gatetest_add_entry name filter)
  set(entry "${gatetest_prefix}${name}")
  add_test("${entry}" "${gatetest_program}" "--gtest_filter=${filter}" ${gatetest_extra_args})
  # A program with a main of its own may not notice that it ran nothing. (In a sharded run that is no
  # mistake.)
  if("$ENV{GTEST_TOTAL_SHARDS}" STREQUAL "")
    set_tests_properties("${entry}" PROPERTIES FAIL_REGULAR_EXPRESSION "Running 0 tests from")
  endif()
  set_tests_properties("${entry}" PROPERTIES
    LABELS "${gatetest_labels}"
    TIMEOUT "${gatetest_timeout}"
    WORKING_DIRECTORY "${gatetest_working_directory}"
    RESOURCE_LOCK "${gatetest_resource_lock}"
    ENVIRONMENT "${gatetest_environment}")
  foreach(pattern IN LISTS gatetest_speed_suites)
    gatetest_means("${pattern}" "${name}" measures_speed)
    if(measures_speed)
      set_tests_properties("${entry}" PROPERTIES LABELS "${gatetest_labels};latency" RUN_SERIAL TRUE)
    endif()
  endforeach()
  # A slice is evaluated and nothing judged: ctest shows that as skipped. In other runs no exit code is.
  if(NOT "$ENV{GATETEST_SLICE}" STREQUAL "")
    set_tests_properties("${entry}" PROPERTIES
      SKIP_RETURN_CODE 77
      ENVIRONMENT "${gatetest_environment};GATETEST_SLICE_EXIT_CODE=77")
  endif()
endfunction()

# Calls gatetest_add_entry for what --gtest_list_tests printed: "Suite.", then "  Test" lines.
function(gatetest_add_listed output)
  string(REGEX REPLACE " *#[^\n]*" "" output "${output}")
  string(REGEX MATCHALL "[^\r\n]+" lines "${output}")
  set(added 0)
  set(names "")
  set(suite "")
  set(suite_added FALSE)
  foreach(line IN LISTS lines)
    if(line MATCHES "^([^ ]+)\\.$")
      set(suite "${CMAKE_MATCH_1}")
      set(suite_added FALSE)
    elseif(line MATCHES "^  ([^ ]+)$")
      set(test "${CMAKE_MATCH_1}")
      if("${suite}.${test}" MATCHES "(^|[/.])DISABLED_")
        continue()
      elseif(gatetest_per_test)
        gatetest_add_entry("${suite}.${test}" "${suite}.${test}")
        list(APPEND names "${suite}.${test}")
      elseif(NOT suite_added)
        gatetest_add_entry("${suite}" "${suite}.*")
        list(APPEND names "${suite}")
        set(suite_added TRUE)
      endif()
      set(added 1)
    endif()
  endforeach()
  if(NOT added)
    gatetest_add_failure("${gatetest_program} has no tests")
  else()
    gatetest_check_speed_suites("${names}")
  endif()
endfunction()

if(NOT EXISTS "${gatetest_program}")
  gatetest_add_failure("${gatetest_program} has not been built")
else()
  execute_process(
    COMMAND "${gatetest_cmake}" -E env ${gatetest_environment} "${gatetest_program}" --gtest_list_tests
    WORKING_DIRECTORY "${gatetest_working_directory}" TIMEOUT 60
    OUTPUT_VARIABLE gatetest_output ERROR_VARIABLE gatetest_error RESULT_VARIABLE gatetest_result)
  if(gatetest_result EQUAL 0)
    gatetest_add_listed("${gatetest_output}")
  else()
    gatetest_add_failure("${gatetest_program} --gtest_list_tests failed (${gatetest_result}): ${gatetest_error}")
  endif()
endif()
