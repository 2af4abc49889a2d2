"""Conan 2 recipe. In a clone: conan create . --build=missing -s compiler.cppstd=20"""

import os
import re

from conan import ConanFile
from conan.errors import ConanException, ConanInvalidConfiguration
from conan.tools.build import check_min_cppstd
from conan.tools.cmake import CMake, CMakeDeps, CMakeToolchain, cmake_layout
from conan.tools.files import copy, load, rm, rmdir

required_conan_version = ">=2.0"


class GatetestConan(ConanFile):
    name = "gatetest"
    description = "Model regression gates for GoogleTest"
    license = "Apache-2.0"
    topics = ("testing", "googletest", "machine-learning", "quantization")

    package_type = "library"
    settings = "os", "compiler", "build_type", "arch"
    # No fPIC: all of it is position independent always.
    # benchmark: the gates on speed, which bring Google Benchmark.
    options = {"shared": [True, False], "benchmark": [True, False]}
    default_options = {"shared": False, "benchmark": True}

    exports_sources = (
        "CMakeLists.txt",
        "LICENSE",
        "cmake/*",
        "fixtures/*",
        "include/*",
        "matchers/*",
        "src/*",
    )
    test_package_folder = "tests/consumer/conan"

    def set_version(self):
        cmake_lists = load(self, os.path.join(self.recipe_folder, "CMakeLists.txt"))
        found = re.search(r"project\(gatetest\s+VERSION\s+([0-9.]+)", cmake_lists)
        if not found:
            raise ConanException("CMakeLists.txt has no project(gatetest VERSION ...)")
        self.version = found.group(1)

    def layout(self):
        cmake_layout(self)

    def requirements(self):
        self.requires("gtest/1.16.0", transitive_headers=True, transitive_libs=True)
        # The matchers and fixtures are static even where the core is shared, so their users link fmt.
        self.requires("fmt/11.2.0", transitive_libs=True)
        self.requires("pcre2/10.44")
        self.requires("sqlite3/3.49.1")
        self.requires("zlib/1.3.1")
        self.requires("libcurl/8.12.1")
        if self.options.benchmark:
            self.requires("benchmark/1.9.1", transitive_libs=True)
        # Used in .cc files, for their headers only.
        self.requires("nlohmann_json/3.12.0")
        self.requires("boost/1.88.0", libs=False, options={"header_only": True})
        self.requires("xxhash/0.8.3", libs=False)

    def validate(self):
        if self.settings.os == "Windows":
            raise ConanInvalidConfiguration("GateTest does not support Windows yet")
        check_min_cppstd(self, 20)

    def generate(self):
        toolchain = CMakeToolchain(self)
        toolchain.user_presets_path = False
        toolchain.cache_variables["GATETEST_BUILD_TESTS"] = False
        toolchain.cache_variables["GATETEST_BUILD_EXAMPLES"] = False
        toolchain.cache_variables["GATETEST_BUILD_BENCHMARKS"] = False
        toolchain.cache_variables["GATETEST_BUILD_BENCHMARK_GATES"] = bool(self.options.benchmark)
        toolchain.cache_variables["GATETEST_INSTALL"] = True
        toolchain.cache_variables["GATETEST_FETCH_DEPENDENCIES"] = False
        toolchain.cache_variables["GATETEST_WARNINGS_AS_ERRORS"] = False
        toolchain.generate()

        deps = CMakeDeps(self)
        # Any fmt since 8 does; Conan's packages are compatible within a major version, unless told.
        deps.set_property("fmt", "cmake_config_version_compat", "AnyNewerVersion")
        # What cmake/FindxxHash.cmake would define.
        deps.set_property("xxhash::libxxhash", "cmake_target_name", "xxHash::headers")
        deps.generate()

    def build(self):
        cmake = CMake(self)
        cmake.configure()
        cmake.build()

    def package(self):
        CMake(self).install()
        copy(self, "LICENSE", src=self.source_folder, dst=os.path.join(self.package_folder, "licenses"))
        rmdir(self, os.path.join(self.package_folder, "share"))
        # Conan writes these for each user. The scripts of gatetest_discover_tests stay.
        rmdir(self, os.path.join(self.package_folder, "lib", "pkgconfig"))
        scripts = os.path.join(self.package_folder, self._scripts)
        rm(self, "gatetest-*.cmake", scripts)
        rm(self, "Find*.cmake", scripts)

    @property
    def _scripts(self):
        return os.path.join("lib", "cmake", "gatetest")

    def package_info(self):
        self.cpp_info.set_property("cmake_file_name", "gatetest")
        # Conan wants a name for everything at once, main included; gatetest::gatetest is without it.
        self.cpp_info.set_property("cmake_target_name", "gatetest::conan-everything")
        self.cpp_info.set_property(
            "cmake_build_modules", [os.path.join(self._scripts, "GatetestDiscoverTests.cmake")])

        needs = {
            "core": ["fmt::fmt", "pcre2::pcre2-8", "nlohmann_json::nlohmann_json", "boost::headers",
                     "xxhash::libxxhash"],
            "store": ["core", "sqlite3::sqlite", "zlib::zlib", "fmt::fmt"],
            "http": ["core", "libcurl::curl", "fmt::fmt"],
            "matchers": ["core", "store", "gtest::gmock", "fmt::fmt"],
            "fixtures": ["matchers", "store", "http", "gtest::libgtest", "fmt::fmt"],
            "main": ["fixtures"],
            "gatetest": ["core", "store", "http", "matchers", "fixtures"],
        }
        if self.options.benchmark:
            needs["benchmark"] = ["fixtures", "gtest::libgtest", "fmt::fmt", "benchmark::_benchmark"]
        for name, requires in needs.items():
            component = self.cpp_info.components[name]
            component.set_property("cmake_target_name", f"gatetest::{name}")
            component.requires = requires
            component.libs = [] if name == "gatetest" else [f"gatetest_{name}"]
        if self.settings.os in ("Linux", "FreeBSD"):
            self.cpp_info.components["core"].system_libs = ["m", "pthread"]
