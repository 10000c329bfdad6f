internal import Dispatch
internal import Synchronization

/// An answer that a thread waits for.
final class PoolAnswer<Value: Sendable>: Sendable {
    private let value = Mutex<Value?>(nil)
    private let bell = DispatchSemaphore(value: 0)

    /// Gives it. Once.
    func put(_ value: Value) {
        self.value.withLock { $0 = value }
        self.bell.signal()
    }

    /// Waits for it. Once.
    func take() -> Value? {
        self.bell.wait()
        return self.value.withLock { $0.take() }
    }
}
