#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace driftless::compose {

/// What becomes of a key of a compose file.
enum class Use {
    taken,
    ignored,  ///< without loss; a note says why
    refused,  ///< an error that says why, and the way out
};

/// How a value is written, and what it becomes. Scalars first.
enum class Form {
    any,    ///< not looked into
    text,   ///< a text only
    loose,  ///< a text, number or boolean, taken as text
    boolean,
    integer,
    number,
    size,         ///< becomes whole bytes
    duration,     ///< becomes Go's text
    mode,         ///< file permissions; becomes decimal
    path,         ///< of the commit, or absolute: becomes clean
    map,          ///< fixed keys, each with a row below
    named,        ///< keys are names; values have the row "…/*"
    list,         ///< items have the row "…/*"
    one_or_list,  ///< a single value is a list of one
    pairs,        ///< `K=V` list or map; becomes a map of texts
    environment,  ///< pairs, where no value is other than an empty one
    command,      ///< a text is split; becomes a list
    health_test,  ///< a text is run by a shell; becomes a list
    ports,        ///< short and long; become long ones, ranges expanded
    mounts,       ///< short and long `volumes`; become long ones
    devices,      ///< short and long; become long ones
    grants,       ///< `configs` and `secrets` of a service; become long ones
    env_files,    ///< become a list of {path, required, format}
    hosts,        ///< `extra_hosts`; become a list of "name=address"
    limit,        ///< of `ulimits`; becomes {soft, hard}
    names,        ///< a list of names, or a map by name; becomes a map (networks, depends_on)
    extends,      ///< a service's name, or {service, file}
    build,        ///< a context's path, or a map
    external,     ///< a boolean, or {name}
    gpus,         ///< "all", or a list
};

/// How a value of a later file meets that of an earlier one; scalars are replaced always.
enum class Merge {
    deep,  ///< maps key by key, lists appended
    replace,
    unique,   ///< appended, equal texts once
    by_path,  ///< appended; the item replaces one with the same "path"; and so on
    by_target,
    by_port,
    by_subnet,
    by_mount_path,  ///< of `tmpfs`: the text before ":"
    logging,        ///< deep, unless both name a driver and they differ
};

/// One key of the compose format, at one level.
struct Key {
    std::string_view path;  ///< "services/*/ports/*/target"; `*` is any name or item
    Form form = Form::any;
    Use use = Use::taken;
    bool opened = false;    ///< a secret's mark is opened: a name, path, image or port
    bool nullable = false;  ///< may stand without a value
    bool required = false;  ///< in its map
    Merge merge = Merge::deep;
    std::string_view words;  ///< the only ones allowed, divided by "|"; empty: any
    std::int64_t min = INT64_MIN;
    std::int64_t max = INT64_MAX;
    std::string_view why;  ///< of an ignored or refused key: the reason, and the way out

    // A row is written as take("…", form).open().needed(): each gives the row with one field more.
    constexpr Key open() && { return opened = true, *this; }
    constexpr Key or_null() && { return nullable = true, *this; }
    constexpr Key needed() && { return required = true, *this; }
    constexpr Key merged(Merge how) && { return merge = how, *this; }
    constexpr Key one_of(std::string_view which) && { return words = which, *this; }
    constexpr Key from(std::int64_t least) && { return min = least, *this; }
    constexpr Key to(std::int64_t most) && { return max = most, *this; }
};

/// The whole table: every key of the format, sorted by section.
std::span<const Key> keys();

/// The row of "services/*/image", or nullptr.
const Key* find_key(std::string_view path);

/// The rows directly below "services/*".
const std::vector<const Key*>& rows_below(std::string_view path);

/// The last step of a row's path: "image".
std::string name_of(const Key& key);

/// Names that may stand directly below "services/*", whatever becomes of them.
std::vector<std::string> names_below(std::string_view path);

/// Names of those below "services/*" that are taken: what a test against an engine must cover.
std::vector<std::string> taken_below(std::string_view path);

}  // namespace driftless::compose
