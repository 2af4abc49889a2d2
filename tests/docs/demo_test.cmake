# The demo does what the documents show: cmake -DPROGRAM=... -DSOURCE_DIR=... -DSTORE=... -P
# demo_test.cmake. STORE is a file that this test makes.
include("${CMAKE_CURRENT_LIST_DIR}/check_output.cmake")

# run_demo(what samples replayed asked argument...): and what it says of the answers.
function(run_demo what samples replayed asked)
  execute_process(COMMAND "${PROGRAM}" "--gatetest_store=sqlite:${STORE}" ${ARGN}
    OUTPUT_VARIABLE output RESULT_VARIABLE result)
  if(NOT result EQUAL 0)
    message(FATAL_ERROR "the demo (${what}) ended with ${result}:\n${output}")
  endif()
  if(NOT output MATCHES "Of ${samples} samples ${replayed} were replayed from sqlite:[^\n]*, and ${asked} were asked live")
    message(FATAL_ERROR "the demo (${what}) should have replayed ${replayed} and asked ${asked}:\n${output}")
  endif()
  set(output "${output}" PARENT_SCOPE)
endfunction()

file(REMOVE "${STORE}")
run_demo(first 5005 0 5005)
string(REGEX REPLACE " --gatetest_store=[^\n]*" "" output "${output}")
check_output(ladder_demo "${output}")
run_demo(again 5005 5005 0)
run_demo(live 5005 0 5005 --gatetest_mode=live)

file(REMOVE "${STORE}")
run_demo(early 665 0 665 --stop=confident)
string(REGEX REPLACE " --gatetest_store=[^\n]*" "" output "${output}")
check_output(early_demo "${output}")
run_demo(early_again 665 665 0 --stop=confident)
