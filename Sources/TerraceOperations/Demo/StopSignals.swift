import Dispatch
import Foundation
import Glibc
import NIOCore
import Synchronization

/// Interrupt, terminate and hang up, as something to wait for. The first asks for an orderly end, the second for one now.
final class StopSignals: Sendable {
    private let counter = Counter()
    // Written once, in `init`; kept so that the sources live as long as this does.
    nonisolated(unsafe) private let sources: [any DispatchSourceSignal]

    init() {
        unsafe self.sources = [SIGINT, SIGTERM, SIGHUP].compactMap { [counter] number in
            if number == SIGHUP, Self.isHangupIgnored { return nil }
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            source.setEventHandler { counter.add(Int(source.data)) }
            source.resume()
            return source
        }
    }

    /// Whether the program was started so that the end of its terminal does not matter, as by `nohup`.
    private static var isHangupIgnored: Bool {
        // "SigIgn:" and a mask in hex, whose lowest bit is signal 1.
        guard let status = try? String(contentsOfFile: "/proc/self/status", encoding: .utf8),
            let line = status.split(separator: "\n").first(where: { $0.hasPrefix("SigIgn:") }),
            let last = line.last?.hexDigitValue
        else { return false }
        return last & 1 == 1
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
