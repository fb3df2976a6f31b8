#include "reconcilers/board.hpp"
