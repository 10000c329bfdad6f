/// A moment: nanoseconds since 1970, in whatever clock the world that feeds the engine keeps.
public struct Timestamp: Hashable, Comparable, Sendable {
    /// Nanoseconds since 1970.
    public var nanoseconds: Int64

    /// The moment `nanoseconds` after 1970 began.
    public init(nanoseconds: Int64) { self.nanoseconds = nanoseconds }

    /// Before everything.
    public static let distantPast = Timestamp(nanoseconds: 0)
    /// After everything.
    public static let distantFuture = Timestamp(nanoseconds: .max)

    /// Orders by the count.
    public static func < (left: Timestamp, right: Timestamp) -> Bool { left.nanoseconds < right.nanoseconds }

    /// The moment `nanoseconds` later; holds at `distantFuture`.
    public func advanced(by nanoseconds: Int64) -> Timestamp {
        let (sum, overflow) = self.nanoseconds.addingReportingOverflow(nanoseconds)
        return overflow ? .distantFuture : Timestamp(nanoseconds: sum)
    }

    /// Nanoseconds from `earlier` to this moment; wraps only beyond 292 years.
    public func nanoseconds(since earlier: Timestamp) -> Int64 {
        self.nanoseconds &- earlier.nanoseconds
    }
}
