#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

namespace driftless::test::arm {

/// How one sort of write is answered, and how long it takes until it is done.
struct Move {
    int status = 200;
    std::string_view headers = "";  ///< A: Azure-AsyncOperation; L: Location; "" is done at once
    int retry_after = -1;           ///< seconds; -1: no such header
    int takes = 0;                  ///< seconds
    [[nodiscard]] bool waits() const { return takes > 0; }
};

enum Trait : unsigned {
    plain = 0,
    shows_location = 1u << 0,  ///< "West US 2" for westus2
    no_location = 1u << 1,
    no_tags = 1u << 2,
    low_group = 1u << 3,        ///< "/resourcegroups/" in its ids
    cdn_polls = 1u << 4,        ///< polls have error None
    poll_waits = 1u << 5,       ///< a poll says Retry-After as the write did
    poll_202 = 1u << 6,         ///< polls answer 202 until the end
    by_resource = 1u << 7,      ///< no header: the resource's own provisioningState tells
    tells_operation = 1u << 8,  ///< a write answers {operation, startTime}, not the resource
    empty_202 = 1u << 9,        ///< a 202 answers {}
    soft = 1u << 10,            ///< a removal leaves something that can be recovered
    etags = 1u << 11,
    names_itself = 1u << 12,  ///< Location of a 201 is the resource: no operation
    extends = 1u << 13,       ///< at a scope, of any type
    no_patch = 1u << 14,
    no_delete = 1u << 15,
    read_only = 1u << 16,
    same_is_sync = 1u << 17,      ///< an unchanged PUT is done at once, 200, without a header
    appears_late = 1u << 18,      ///< GET says 404 until a while after the write was taken
    sends_times = 1u << 19,       ///< x-ms-async-operation-timeout
    shows_sync_async = 1u << 20,  ///< a done PUT still has Azure-AsyncOperation (Network)
    in_parent = 1u << 21,         ///< shown inside its parent's body as well (subnets)
    caseless_id = 1u << 22,       ///< the last word of its type is in lower case in its id
    tags_empty = 1u << 23,        ///< tags: {} when none were set
    system_data = 1u << 24,
    gives_back = 1u << 25,  ///< a removal answers with the body
};

/// All that is particular to a type; what isn't here is as ARM says for all.
struct Row {
    std::string_view type;      ///< letters as the service answers them
    std::string_view versions;  ///< with blanks between
    Move create;
    Move update;
    Move remove;
    std::string_view creating = "";  ///< provisioningState until then; "": it has none
    std::string_view updating = "";
    std::string_view statuses = "";  ///< below locations/L: what Azure-AsyncOperation is called
    std::string_view results = "";   ///< and Location
    unsigned traits = plain;
    std::string_view shown_type = "";  ///< "type" of a body where it differs

    [[nodiscard]] bool is(Trait trait) const { return (traits & trait) != 0; }
    [[nodiscard]] bool knows(std::string_view version) const;
    [[nodiscard]] std::string_view last_word() const;
};

const std::vector<Row>& rows();
/// @return null where there is no such type
const Row* row_of(std::string_view type);
/// Body that a type's resources have without anybody's word, as JSON; "{}" where there is none.
/// "$…" and "=…" are the service's own, whatever a client sends.
std::string_view defaults_of(std::string_view type);

}  // namespace driftless::test::arm
