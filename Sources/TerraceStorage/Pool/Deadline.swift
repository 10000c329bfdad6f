internal import Glibc

/// A moment on the monotonic clock by which something has to be done.
public struct Deadline: Hashable, Comparable, Sendable {
    /// Nanoseconds of the monotonic clock, which starts anywhere and never goes back.
    public var nanoseconds: Int64

    /// The moment at which the monotonic clock shows `nanoseconds`.
    public init(nanoseconds: Int64) { self.nanoseconds = nanoseconds }

    /// Never due.
    public static let never = Deadline(nanoseconds: .max)

    /// This moment.
    public static var now: Deadline {
        var time = timespec()
        // SAFETY: the call writes to `time` and nowhere else.
        _ = unsafe clock_gettime(CLOCK_MONOTONIC, &time)
        return Deadline(nanoseconds: Int64(time.tv_sec) &* 1_000_000_000 &+ Int64(time.tv_nsec))
    }

    /// The moment `duration` from now.
    public static func after(_ duration: Duration) -> Deadline { Self.now.advanced(by: duration) }

    /// The moment `duration` later; holds at `never`.
    public func advanced(by duration: Duration) -> Deadline {
        let (sum, overflow) = self.nanoseconds.addingReportingOverflow(duration.nanosecondsHeld)
        return overflow ? .never : Deadline(nanoseconds: sum)
    }

    /// Whether it is past.
    public var isPast: Bool { self <= .now }

    /// Milliseconds left for poll(2): rounded up, so that what waits does not wake early; 0 where it is past, a minute at most.
    var pollMilliseconds: Int32 {
        if self == .never { return 60_000 }
        let left = self.nanoseconds &- Deadline.now.nanoseconds
        return left <= 0 ? 0 : Int32(clamping: min(60_000, left / 1_000_000 + 1))
    }

    /// Orders by time.
    public static func < (left: Deadline, right: Deadline) -> Bool { left.nanoseconds < right.nanoseconds }
}

extension Duration {
    /// In nanoseconds; what does not fit is the most or the least that does.
    var nanosecondsHeld: Int64 {
        let (seconds, attoseconds) = self.components
        let (product, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        if overflow { return seconds < 0 ? .min : .max }
        let (sum, isBeyond) = product.addingReportingOverflow(attoseconds / 1_000_000_000)
        return isBeyond ? (seconds < 0 ? .min : .max) : sum
    }
}
