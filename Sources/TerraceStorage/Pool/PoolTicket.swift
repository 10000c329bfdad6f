internal import Synchronization

/// Brings together the number of a request and the wish to cancel it, whichever comes first.
final class PoolTicket: Sendable {
    private struct State {
        var request: UInt64?
        var isCancelled = false
    }
    private let state = Mutex(State())

    /// The request has this number.
    func number(_ request: UInt64) { self.state.withLock { $0.request = request } }

    /// Nobody wants it any more: its number, where it has one.
    func cancel() -> UInt64? {
        self.state.withLock { state in
            state.isCancelled = true
            return state.request
        }
    }

    /// Whether nobody wants it any more.
    var isCancelled: Bool { self.state.withLock { $0.isCancelled } }
}
