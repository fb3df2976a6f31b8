#pragma once

#include <string>
#include <vector>

namespace driftless::architecture {

struct Line {
    int number = 0;
    std::string text;
};

struct Source {
    std::string path;         ///< from the root: "reconcilers/plan.cpp"
    std::string room;         ///< the innermost room that holds it: "reconcilers/docker"
    std::vector<Line> lines;  ///< comments of the form // taken out
};

/// The rooms of the project, longest name first.
const std::vector<std::string>& rooms();

/// The innermost room that `path` lies in, or "".
std::string room_of(const std::string& path);

/// Every .hpp and .cpp file of the rooms; never empty.
std::vector<Source> read_sources();

}  // namespace driftless::architecture
