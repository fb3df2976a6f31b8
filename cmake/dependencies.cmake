# What driftless stands on. Debian 12 and Homebrew both have all of it.
find_package(Boost 1.81 REQUIRED)
find_package(OpenSSL 3 REQUIRED)
find_package(Threads REQUIRED)
find_package(fmt REQUIRED)
find_package(spdlog REQUIRED)
find_package(nlohmann_json 3.11 REQUIRED)
find_package(yaml-cpp REQUIRED)
find_package(SQLite3 REQUIRED)
find_package(CLI11 REQUIRED)
find_package(PkgConfig REQUIRED)
pkg_check_modules(libgit2 REQUIRED IMPORTED_TARGET libgit2>=1.5)
pkg_check_modules(libidn2 REQUIRED IMPORTED_TARGET libidn2>=2.0)  # host names beyond ASCII
pkg_search_module(ldns REQUIRED IMPORTED_TARGET ldns>=1.7 libldns>=1.7)  # zone files

if(NOT TARGET yaml-cpp::yaml-cpp)  # 0.7 names it without the namespace
    add_library(yaml-cpp::yaml-cpp ALIAS yaml-cpp)
endif()

# Asio and Beast are compiled once, here; every other unit sees declarations only.
add_library(driftless_asio STATIC
    cmake/asio.cpp
    cmake/beast.cpp
)
add_library(driftless::asio ALIAS driftless_asio)
target_link_libraries(driftless_asio
    PUBLIC Boost::headers OpenSSL::SSL Threads::Threads
)
target_compile_definitions(driftless_asio PUBLIC
    BOOST_ASIO_SEPARATE_COMPILATION
    BOOST_BEAST_SEPARATE_COMPILATION
    BOOST_ASIO_NO_DEPRECATED
)
