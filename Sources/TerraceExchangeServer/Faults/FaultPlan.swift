/// How often each fault comes about, how long it lasts, and how far the venue's clock is off.
///
/// As text it is a list of `name=value`, separated by commas or lines, `#` beginning a comment:
/// `drop=0.01,gap=0.001,slow-ack=0.02,slow-time=2s,skew=-250ms`. Chances are decimals from 0 to 1 with up to six digits after
/// the point; times are whole numbers of `us`, `ms` or `s`. `none` alone is a plan without faults.
public struct FaultPlan: Sendable, Equatable {
    /// How long a fault lasts, or by how much it is off.
    public enum Length: String, Sendable, CaseIterable {
        /// How late slow answers come: 1 us to 60 s; 2 s unless said otherwise.
        case slow = "slow-time"
        /// How long a silent connection says nothing: to 600 s; 10 s unless said otherwise.
        case silence = "silence-time"
        /// How long one who sent too much is to wait: to 600 s; 1 s unless said otherwise. Told in whole seconds.
        case rateLimit = "rate-limit-time"
        /// How long an address is shut out: to 600 s; 10 s unless said otherwise. Told in whole seconds.
        case ban = "ban-time"
        /// How long a restart takes: to 600 s; 2 s unless said otherwise.
        case restart = "restart-time"
        /// How far the venue's clock is ahead of the right time, -60 s to 60 s.
        case skew

        var usual: Int64 {
            switch self {
            case .slow, .restart: 2_000_000_000
            case .silence, .ban: 10_000_000_000
            case .rateLimit: 1_000_000_000
            case .skew: 0
            }
        }
        var range: ClosedRange<Int64> {
            switch self {
            case .skew: -60_000_000_000...60_000_000_000
            case .slow: 1_000...60_000_000_000
            case .silence, .rateLimit, .ban, .restart: 1_000...600_000_000_000
            }
        }
    }

    private var chances = Array(repeating: Int64(0), count: FaultKind.allCases.count)  // In millionths.
    private var lengths = Length.allCases.map { $0.usual }

    /// No faults.
    public init() {}

    /// How likely a fault is: 0 to 1.
    public func chance(_ kind: FaultKind) -> Double { Double(self.chances[kind.place]) / 1_000_000 }
    /// Sets how likely a fault is, in millionths; held within 0 to 1,000,000.
    public mutating func set(_ kind: FaultKind, millionths: Int64) {
        self.chances[kind.place] = min(max(millionths, 0), 1_000_000)
    }
    /// A length in nanoseconds.
    public func nanoseconds(_ length: Length) -> Int64 {
        Length.allCases.firstIndex(of: length).map { self.lengths[$0] } ?? 0
    }
    /// Sets a length in nanoseconds; held within its range.
    public mutating func set(_ length: Length, nanoseconds: Int64) {
        guard let place = Length.allCases.firstIndex(of: length) else { return }
        self.lengths[place] = min(max(nanoseconds, length.range.lowerBound), length.range.upperBound)
    }
    /// Whether nothing ever goes wrong by chance.
    public var isQuiet: Bool { self.chances.allSatisfy { $0 == 0 } }
}
