import Dispatch
import Glibc
import NIOCore
import Synchronization

/// Interrupt and terminate, as something to wait for. The first asks for an orderly end, the second for one now.
final class StopSignals: Sendable {
    private let counter = Counter()
    // Written once, in `init`; kept so that the sources live as long as this does.
    nonisolated(unsafe) private let sources: [any DispatchSourceSignal]

    init() {
        unsafe self.sources = [SIGINT, SIGTERM].map { [counter] number in
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            source.setEventHandler { counter.add(Int(source.data)) }
            source.resume()
            return source
        }
    }

    /// How many have come.
    var count: Int { self.counter.value }

    /// Waits this long at most, to a twentieth of a second; whether `count` signals came, or the task was cancelled.
    func wait(nanoseconds: Int64, for count: Int = 1) async -> Bool {
        let end = NIODeadline.now() + .nanoseconds(nanoseconds)
        while self.count < count {
            let left = (end - .now()).nanoseconds
            if left <= 0 { return false }
            do { try await Task.sleep(nanoseconds: UInt64(min(left, 50_000_000))) } catch { return true }
        }
        return true
    }

    private final class Counter: Sendable {
        private let number = Atomic(0)
        var value: Int { self.number.load(ordering: .relaxed) }
        func add(_ more: Int) { self.number.add(more, ordering: .relaxed) }
    }
}
