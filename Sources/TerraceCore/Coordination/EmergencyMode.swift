/// When load passes its limit, low priority classes are shed, and come back when it has been calm for a while.
///
/// The measure is the longest wait from an update to its evaluation within a second. One second above the limit sheds one
/// class more (the critical one is never shed); five seconds in a row below half of the limit bring one back. The gap between
/// the two is the hysteresis.
public struct EmergencyMode: Sendable {
    private let limitNanoseconds: Int64
    private var worst: Int64 = 0
    private var windowEnd = Timestamp.distantPast
    private var calmWindows = 0
    private var kept = 4
    private var byHand = 4

    /// Sheds when evaluations wait longer than `limitNanoseconds`.
    public init(limitNanoseconds: Int64) { self.limitNanoseconds = limitNanoseconds }

    /// An evaluation waited this long.
    public mutating func observe(_ lateness: Int64) { self.worst = max(self.worst, lateness) }

    /// A person wants no class above `kept`, until told otherwise with 4.
    public mutating func hold(_ kept: Int) { self.byHand = min(max(kept, 1), 4) }

    /// The classes that are kept now: 4 for all.
    public mutating func assess(at now: Timestamp) -> Int {
        if now >= self.windowEnd {
            self.windowEnd = now.advanced(by: 1_000_000_000)
            if self.worst > self.limitNanoseconds {
                self.kept = max(1, self.kept - 1)
                self.calmWindows = 0
            } else if self.worst < self.limitNanoseconds / 2 {
                self.calmWindows += 1
                if self.calmWindows >= 5 {
                    self.kept = min(4, self.kept + 1)
                    self.calmWindows = 0
                }
            } else {
                self.calmWindows = 0
            }
            self.worst = 0
        }
        return min(self.kept, self.byHand)
    }
}
