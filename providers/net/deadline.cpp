#include "providers/net/deadline.hpp"

#include <boost/system/system_error.hpp>

namespace driftless::net {

Error error_of(const std::exception_ptr& thrown) {
    try {
        std::rethrow_exception(thrown);
    } catch (const boost::system::system_error& error) {
        if (error.code() == asio::error::operation_aborted) {
            return {Errc::canceled, "the call was canceled"};
        }
        return {Errc::internal, fmt::format("unexpected: {}", error.what())};
    } catch (const std::exception& error) {
        return {Errc::internal, fmt::format("unexpected: {}", error.what())};
    } catch (...) {
        return {Errc::internal, "unexpected: something that is no exception was thrown"};
    }
}

}  // namespace driftless::net
