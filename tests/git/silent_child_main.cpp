// Takes every request and never answers: what a remote looks like that accepts and stays silent.
#include <iostream>
#include <string>

int main() {
    std::string line;
    while (std::getline(std::cin, line)) {
    }
    return 0;
}
