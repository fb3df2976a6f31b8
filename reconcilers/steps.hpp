#pragma once

#include "reconcilers/reconciler.hpp"

namespace driftless {

/// One step on its way: what goes out, and what came back.
struct Carried {
    Step step;
    Results results = {};  ///< empty while it was not begun
    bool stop = false;     ///< the run ends here: the journal failed, or we are to wait
};

/// Looks once more where something will be taken away, notes the intent, applies, notes the result.
/// Does not throw. A canceled call is settled too.
asio::awaitable<void> carry_out(const Kinds& kinds, Run& run, Carried& carried);

/// Every kind's resolve, one after the other. What one throws is an error.
asio::awaitable<Result<void>> resolve_kinds(const Kinds& kinds, Run& run, Scope scope);

/// One kind's observe. What it throws is an error.
asio::awaitable<Result<Reads>> observe_kind(Reconciler& kind, Run& run, Scope scope);

/// One kind's prepare, as many results as actions. What it throws is an error of each.
asio::awaitable<Results> prepare_kind(Reconciler& kind, Run& run, Step step);

}  // namespace driftless
