# Builds examples/quickstart in one WAY, runs its gate, breaks it, and sees it fail. See CMakeLists.txt.
cmake_minimum_required(VERSION 3.25)

include("${SOURCE_DIR}/tests/docs/check_output.cmake")

# A space in every path.
set(product "${WORK_DIR}/a product")
set(build "${WORK_DIR}/a build")
set(prefix "${WORK_DIR}/a prefix")
file(REMOVE_RECURSE "${WORK_DIR}")

# run(what [FAILS text] COMMAND ...): ends the test unless the command succeeds, or, with FAILS, unless it
# fails and says `text`. Sets `output`.
function(run what)
  cmake_parse_arguments(ARG "" "FAILS" "COMMAND" ${ARGN})
  message(STATUS "${WAY}: ${what}")
  execute_process(COMMAND ${ARG_COMMAND} OUTPUT_VARIABLE output ERROR_VARIABLE output RESULT_VARIABLE result)
  if(ARG_FAILS)
    string(REGEX REPLACE "[ \n]+" " " flat "${output}")
    string(FIND "${flat}" "${ARG_FAILS}" found)
    if(result EQUAL 0 OR found EQUAL -1)
      message(NOTICE "${output}")  # As it is: an error's text would be wrapped.
      message(FATAL_ERROR "${what}: ${result}; expected a failure that says \"${ARG_FAILS}\"")
    endif()
  elseif(NOT result EQUAL 0)
    message(NOTICE "${output}")
    message(FATAL_ERROR "${what}: ${result}")
  endif()
  set(output "${output}" PARENT_SCOPE)
endfunction()

set(configure "${CMAKE_COMMAND}" -G "${GENERATOR}" "-DCMAKE_CXX_COMPILER=${CXX}"
  "-DCMAKE_CXX_COMPILER_LAUNCHER=${LAUNCHER}" -DCMAKE_BUILD_TYPE=Release
  -DCMAKE_EXPORT_COMPILE_COMMANDS=ON
  -DFETCHCONTENT_FULLY_DISCONNECTED=ON)
set(ctest "${CMAKE_CTEST_COMMAND}" --test-dir "${build}" --output-on-failure --no-tests=error)

function(configure_and_build what source binary)
  run("configure ${what}" COMMAND ${configure} ${ARGN} -S "${source}" -B "${binary}")
  run("build ${what}" COMMAND "${CMAKE_COMMAND}" --build "${binary}")
endfunction()

# The product, whose project is in `source`, gates a good model and blocks a bad one.
function(gate source quickstart)
  configure_and_build("the product" "${source}" "${build}" ${ARGN})
  file(READ "${build}/compile_commands.json" commands)
  if(commands MATCHES "-Werror|-Wall[^\n]*release_gate")
    message(FATAL_ERROR "GateTest's warnings reach the product:\n${commands}")
  endif()
  run("gate" COMMAND ${ctest})
  file(READ "${quickstart}/release_gate.cc" gate)
  string(REPLACE "RETENTION_ABOVE(Sentiment(8)" "RETENTION_ABOVE(Sentiment(2)" broken "${gate}")
  if(broken STREQUAL gate)
    message(FATAL_ERROR "release_gate.cc has no line to break")
  endif()
  file(WRITE "${quickstart}/release_gate.cc" "${broken}")
  run("build the product with a bad model" COMMAND "${CMAKE_COMMAND}" --build "${build}")
  run("gate a bad model" FAILS "Verdict: FAILED" COMMAND ${ctest})
  check_output(quickstart "${output}")
endfunction()

# A folder like tests/consumer/<name>, with quickstart and the third parties in it.
function(surround name)
  file(COPY "${SOURCE_DIR}/tests/consumer/${name}/" DESTINATION "${product}")
  file(COPY "${SOURCE_DIR}/examples/quickstart" DESTINATION "${product}")
  file(MAKE_DIRECTORY "${product}/third_party")
  file(CREATE_LINK "${SOURCE_DIR}" "${product}/third_party/gatetest" SYMBOLIC)
  if(GOOGLETEST_DIR)
    file(CREATE_LINK "${GOOGLETEST_DIR}" "${product}/third_party/googletest" SYMBOLIC)
  endif()
  # A unity build, as whole products sometimes are, is also faster.
  gate("${product}" "${product}/quickstart" -DCMAKE_UNITY_BUILD=ON -DCMAKE_UNITY_BUILD_BATCH_SIZE=16 ${ARGN})
endfunction()

function(gate_with_prefix)
  file(COPY "${SOURCE_DIR}/examples/quickstart/" DESTINATION "${product}")
  gate("${product}" "${product}" "-DCMAKE_PREFIX_PATH=${prefix}" ${ARGN})
endfunction()

# Each installed header compiles on its own.
function(check_installed_headers)
  file(GLOB headers RELATIVE "${prefix}/include" "${prefix}/include/gatetest/*.h")
  list(LENGTH headers count)
  if(count LESS 20)
    message(FATAL_ERROR "only ${count} headers are installed")
  endif()
  set(project "${WORK_DIR}/headers")
  foreach(header IN LISTS headers)
    string(MAKE_C_IDENTIFIER "${header}" source)
    file(WRITE "${project}/${source}.cc" "#include <${header}>\n")
  endforeach()
  file(WRITE "${project}/CMakeLists.txt" "
cmake_minimum_required(VERSION 3.25)
project(headers LANGUAGES CXX)
find_package(gatetest CONFIG REQUIRED)
file(GLOB sources *.cc)
add_library(headers OBJECT \${sources})
target_link_libraries(headers PRIVATE gatetest::gatetest)
target_compile_options(headers PRIVATE -fsyntax-only)
")
  configure_and_build("${count} headers" "${project}" "${WORK_DIR}/headers build"
    "-DCMAKE_PREFIX_PATH=${prefix}" -DCMAKE_BUILD_TYPE=Debug)
endfunction()

# The core alone: without GoogleTest, by CMake and by pkg-config.
function(check_core)
  set(project "${WORK_DIR}/core only")
  file(COPY "${SOURCE_DIR}/tests/consumer/installed_core/" "${SOURCE_DIR}/tests/children/core_only.cc"
    DESTINATION "${project}")
  configure_and_build("the core alone" "${project}" "${project}/build"
    "-DCMAKE_PREFIX_PATH=${prefix}" -DCMAKE_DISABLE_FIND_PACKAGE_GTest=ON
    -DCMAKE_DISABLE_FIND_PACKAGE_SQLite3=ON -DCMAKE_DISABLE_FIND_PACKAGE_ZLIB=ON
    -DCMAKE_DISABLE_FIND_PACKAGE_CURL=ON ${ARGN})
  run("run the core alone" COMMAND "${CMAKE_CTEST_COMMAND}" --test-dir "${project}/build" --no-tests=error)
  if(NOT PKG_CONFIG)
    message(FATAL_ERROR "there is no pkg-config to try gatetest-core.pc with: install it")
  endif()
  file(GLOB_RECURSE pc "${prefix}/*/gatetest-core.pc")
  cmake_path(GET pc PARENT_PATH pc_dir)
  cmake_path(GET pc_dir PARENT_PATH lib_dir)
  run("build the core alone with pkg-config" COMMAND
    "${CMAKE_COMMAND}" -E env "PKG_CONFIG_PATH=${pc_dir}" sh -c
    "flags=$('${PKG_CONFIG}' --cflags --libs gatetest-core) &&
     eval \"'${CXX}' -std=c++20 '${project}/core_only.cc' -o '${project}/by_pkg_config' $flags\"")
  run("run it" COMMAND "${CMAKE_COMMAND}" -E env
    "LD_LIBRARY_PATH=${lib_dir}" "DYLD_LIBRARY_PATH=${lib_dir}" "${project}/by_pkg_config")
endfunction()

# What find_package says when it is asked for what there is not.
function(check_refusal what asked says)
  set(project "${WORK_DIR}/refusals/${what}")
  file(WRITE "${project}/CMakeLists.txt" "
cmake_minimum_required(VERSION 3.25)
project(refused LANGUAGES CXX)
find_package(gatetest ${asked} CONFIG REQUIRED)
")
  run("ask for ${what}" FAILS "${says}"
    COMMAND ${configure} "-DCMAKE_PREFIX_PATH=${prefix}" -S "${project}" -B "${project}/build" ${ARGN})
endfunction()

# The other examples. (What the ladder finds is tested where it is part of the whole build.)
function(check_examples)
  file(COPY "${SOURCE_DIR}/examples" DESTINATION "${WORK_DIR}")
  foreach(example function_model own_main data_formats recorded_baseline openai_endpoint benchmark_gate
      ladder)
    set(binary "${WORK_DIR}/examples/${example}/build")
    configure_and_build(${example} "${WORK_DIR}/examples/${example}" "${binary}"
      "-DCMAKE_PREFIX_PATH=${prefix}")
    if(NOT example STREQUAL "ladder")
      # How fast this machine is decides no test.
      run("gate ${example}" COMMAND "${CMAKE_CTEST_COMMAND}" --test-dir "${binary}" --no-tests=error
        --label-exclude latency)
    endif()
  endforeach()
endfunction()

if(WAY STREQUAL "installed")
  run("install" COMMAND "${CMAKE_COMMAND}" --install "${BINARY_DIR}" --prefix "${prefix}")
  # It can be moved.
  file(RENAME "${prefix}" "${WORK_DIR}/another prefix")
  set(prefix "${WORK_DIR}/another prefix")
  gate_with_prefix()
  check_installed_headers()
  check_core()
  check_refusal("an unknown component" "COMPONENTS matcher" "there are: core store http matchers fixtures main gatetest benchmark.")
  check_refusal("gates on speed without Google Benchmark" "COMPONENTS benchmark"
    "Its component benchmark needs Google Benchmark 1.7" -DCMAKE_DISABLE_FIND_PACKAGE_benchmark=ON)
  check_refusal("the store without SQLite" "COMPONENTS store" "Its component store needs SQLite 3.37"
    -DCMAKE_DISABLE_FIND_PACKAGE_SQLite3=ON)
  check_refusal("served models without libcurl" "COMPONENTS http" "Its component http needs libcurl 7.76"
    -DCMAKE_DISABLE_FIND_PACKAGE_CURL=ON)
  check_refusal("another major version" "7.0" "requested version \"7.0\"")
elseif(WAY STREQUAL "installed_examples")
  run("install" COMMAND "${CMAKE_COMMAND}" --install "${BINARY_DIR}" --prefix "${prefix}")
  check_examples()
elseif(WAY STREQUAL "shared")
  set(hidden -DCMAKE_CXX_VISIBILITY_PRESET=hidden -DCMAKE_VISIBILITY_INLINES_HIDDEN=ON)
  configure_and_build("shared libraries" "${SOURCE_DIR}" "${WORK_DIR}/gatetest" ${hidden}
    -DBUILD_SHARED_LIBS=ON -DGATETEST_BUILD_TESTS=OFF -DGATETEST_BUILD_EXAMPLES=OFF)
  run("install" COMMAND "${CMAKE_COMMAND}" --install "${WORK_DIR}/gatetest" --prefix "${prefix}")
  gate_with_prefix(${hidden})
  check_core(-DCMAKE_DISABLE_FIND_PACKAGE_fmt=ON)  # The library knows where its own are.
elseif(WAY STREQUAL "add_subdirectory")
  surround(add_subdirectory)
elseif(WAY STREQUAL "own_googletest")
  surround(own_googletest -DCMAKE_DISABLE_FIND_PACKAGE_GTest=ON -DCMAKE_CXX_VISIBILITY_PRESET=hidden)
elseif(WAY STREQUAL "fetch_content")
  surround(fetch_content "-DFETCHCONTENT_SOURCE_DIR_GATETEST=${SOURCE_DIR}"
    "-DFETCHCONTENT_SOURCE_DIR_GOOGLETEST=${GOOGLETEST_DIR}")
else()
  message(FATAL_ERROR "unknown way ${WAY}")
endif()
