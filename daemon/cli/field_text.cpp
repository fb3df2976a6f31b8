#include "daemon/cli/field_text.hpp"

#include "config/base/place.hpp"

namespace driftless::cli {

std::string fields_text(const json& fields, const Style& style, std::string_view indent) {
    Table table;
    for (const json& field : fields) {
        const bool replaces = field.value("replaces", false);
        table.row({{clean(field["path"].get<std::string>())},
                   {in_line(field["have"]), Tone::bad},
                   {"→", Tone::faint},
                   {in_line(field["want"]), Tone::good},
                   {replaces ? "(replaces)" : "", Tone::warn}});
    }
    return table.print(style, indent);
}

std::string place_text(const json& origin) {
    if (!origin.is_object()) return {};
    const Place place{origin.value("file", ""), origin.value("line", 0), origin.value("column", 0)};
    return place.file.empty() ? "" : clean(to_string(place));
}

}  // namespace driftless::cli
