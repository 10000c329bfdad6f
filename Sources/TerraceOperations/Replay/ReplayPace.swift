import Dispatch
import TerraceCore

/// Recorded time at the pace of the clock.
struct ReplayPace {
    private let factor: Double
    private let start: Timestamp
    private let startedAt: UInt64

    /// Begins now at the recorded moment `start`; nil where recorded time goes as fast as it can.
    init?(_ speed: ReplayRun.Speed, start: Timestamp) {
        guard case .times(let factor) = speed, factor > 0 else { return nil }
        self.factor = factor
        self.start = start
        self.startedAt = DispatchTime.now().uptimeNanoseconds
    }

    /// The wall time left until `time`, in nanoseconds; negative where that is over.
    private func left(until time: Timestamp) -> Int64 {
        let due = Double(time.nanoseconds(since: self.start)) / self.factor
        let elapsed = Double(DispatchTime.now().uptimeNanoseconds - self.startedAt)
        return Int64(max(-1e18, min(1e18, due - elapsed)))
    }

    /// Lets what happens before the record at `time` happen at its own moment, and returns at the record's.
    ///
    /// - Returns: Whether a signal asks for the end.
    func wait(for time: Timestamp, world: inout ReplayWorld, _ signals: StopSignals?) async -> Bool {
        while true {
            if let signals, signals.count > 0 { return true }
            let due = min(time, max(world.nextDue, world.now))
            let left = self.left(until: due)
            if left <= 0 {
                if due == time {
                    world.arrived(lateNanoseconds: -left)
                    return false
                }
                world.run(until: due)
            } else if let signals {
                if await signals.wait(nanoseconds: min(left, 50_000_000)) { return true }
            } else {
                do { try await Task.sleep(nanoseconds: UInt64(left)) } catch { return true }
            }
        }
    }
}
