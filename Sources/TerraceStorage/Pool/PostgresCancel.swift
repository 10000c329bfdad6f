internal import CPostgres
internal import Dispatch
internal import Foundation
internal import Synchronization

/// A request to cancel what a connection's backend does.
///
/// libpq sends it over a connection of its own and waits for the server to have taken it, without any time-out: a server that
/// stands still would hold us as long. So it has a short-lived thread of its own, and there are never many.
final class PostgresCancel: Sendable {
    private static let most = 16
    private static let underWay = Atomic<Int>(0)

    private let done = DispatchSemaphore(value: 0)

    private init() {}

    /// Sends a request to cancel; `nil` where too many are under way: the server's own time-out ends the statement then.
    static func start(_ handle: OpaquePointer) -> PostgresCancel? {
        guard self.underWay.add(1, ordering: .relaxed).newValue <= Self.most, let ticket = unsafe PQgetCancel(handle)
        else {
            self.underWay.subtract(1, ordering: .relaxed)
            return nil
        }
        let cancel = PostgresCancel()
        // SAFETY: the ticket is a copy that belongs to the thread from here on.
        nonisolated(unsafe) let owned = unsafe ticket
        Thread.detachNewThread {
            unsafe withUnsafeTemporaryAllocation(of: CChar.self, capacity: 256) { said in
                _ = unsafe PQcancel(owned, said.baseAddress, 256)
            }
            unsafe PQfreeCancel(owned)
            self.underWay.subtract(1, ordering: .relaxed)
            cancel.done.signal()
        }
        return cancel
    }

    /// Waits for the server to have taken it.
    func isDone(by deadline: Deadline) -> Bool {
        self.done.wait(timeout: .now() + .milliseconds(Int(deadline.pollMilliseconds))) == .success
    }
}
