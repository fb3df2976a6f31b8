#include "config/compose/template.hpp"

#include <gtest/gtest.h>

namespace driftless::compose {
namespace {

const Variables variables{{"A", "a"}, {"EMPTY", ""}, {"DOLLAR", "$A"}};

struct Filled {
    const char* text;
    const char* becomes;
};

void PrintTo(const Filled& filled, std::ostream* out) {
    *out << filled.text;
}

class Interpolation : public testing::TestWithParam<Filled> {};

TEST_P(Interpolation, Gives) {
    Template filler{variables};
    const auto text = filler.fill(GetParam().text);
    ASSERT_TRUE(text) << GetParam().text << ": " << text.error().message;
    EXPECT_EQ(*text, GetParam().becomes) << GetParam().text;
}

INSTANTIATE_TEST_SUITE_P(, Interpolation,
                         testing::ValuesIn(std::vector<Filled>{
                             {"plain", "plain"},
                             {"$A", "a"},
                             {"${A}", "a"},
                             {"x${A}y$A", "xaya"},
                             {"$A-$A", "a-a"},
                             {"$Ab", ""},
                             {"$$A", "$A"},
                             {"$$$A", "$a"},
                             {"$${A}", "${A}"},
                             {"$", "$"},
                             {"a$", "a$"},
                             {"$1", "$1"},
                             {"$-", "$-"},
                             {"cost: 5$ each", "cost: 5$ each"},
                             {"$NONE", ""},
                             {"${NONE}", ""},
                             {"${A:-x}", "a"},
                             {"${NONE:-x}", "x"},
                             {"${EMPTY:-x}", "x"},
                             {"${NONE:-}", ""},
                             {"${A-x}", "a"},
                             {"${NONE-x}", "x"},
                             {"${EMPTY-x}", ""},
                             {"${A:+x}", "x"},
                             {"${NONE:+x}", ""},
                             {"${EMPTY:+x}", ""},
                             {"${A+x}", "x"},
                             {"${NONE+x}", ""},
                             {"${EMPTY+x}", "x"},
                             {"${A:?e}", "a"},
                             {"${A?e}", "a"},
                             {"${EMPTY?e}", ""},
                             {"${NONE:-${A}}", "a"},
                             {"${NONE:-${NONE2:-c}}", "c"},
                             {"${NONE:-$A-$A}", "a-a"},
                             {"${NONE:-{\"a\":1}}", "{\"a\":1}"},
                             {"${NONE:-a:b?c}", "a:b?c"},
                             {"${A:-${NONE:?not taken}}", "a"},
                             {"${NONE:+${NONE:?not taken}}", ""},
                             {"${DOLLAR}", "$A"},  // a value is not a template
                             {"${NONE:-$$}", "$"},
                         }));

struct Refused {
    const char* text;
    const char* message;
};

void PrintTo(const Refused& refused, std::ostream* out) {
    *out << refused.text;
}

class InterpolationError : public testing::TestWithParam<Refused> {};

TEST_P(InterpolationError, Says) {
    Template filler{variables};
    const auto text = filler.fill(GetParam().text);
    ASSERT_FALSE(text) << *text;
    EXPECT_EQ(text.error().message, GetParam().message);
}

INSTANTIATE_TEST_SUITE_P(
    , InterpolationError,
    testing::ValuesIn(std::vector<Refused>{
        {"${NONE:?say it}", "required variable NONE is missing a value: say it"},
        {"${EMPTY:?say it}", "required variable EMPTY is missing a value: say it"},
        {"${NONE?}", "required variable NONE is missing a value"},
        {"${NONE?no ${A}}", "required variable NONE is missing a value: no a"},
        {"${", "\"${\" is not a variable; write ${NAME}, or $$ for a dollar sign"},
        {"${A", "\"${A\" is not a variable; write ${NAME}, or $$ for a dollar sign"},
        {"${}", "\"${}\" is not a variable; write ${NAME}, or $$ for a dollar sign"},
        {"${ A}", "\"${ A}\" is not a variable; write ${NAME}, or $$ for a dollar sign"},
        {"${A!}", "\"${A!}\" is not a variable; write ${NAME}, or $$ for a dollar sign"},
        {"${A:}", "\"${A:}\" is not a variable; write ${NAME}, or $$ for a dollar sign"},
        {"${1A}", "\"${1A}\" is not a variable; write ${NAME}, or $$ for a dollar sign"},
    }));

TEST(Variables, TellWhichWereNotSet) {
    Template filler{variables};
    ASSERT_TRUE(filler.fill("$B ${C} ${D:-} $A ${A:-$E}"));
    EXPECT_EQ(filler.take_unset(), (std::set<std::string>{"B", "C"}));
    EXPECT_TRUE(filler.take_unset().empty());
}

TEST(Variables, AreBounded) {
    std::string deep = "x";
    for (int i = 0; i < 100; ++i) deep = "${NONE:-" + deep + "}";
    Template filler{variables};
    EXPECT_FALSE(filler.fill(deep));

    const Variables long_one{{"L", std::string(100'000, 'l')}};
    Template bomb{long_one};
    std::string many;
    for (int i = 0; i < 1000; ++i) many += "$L";
    EXPECT_FALSE(bomb.fill(many));
}

}  // namespace
}  // namespace driftless::compose
