/// How many orders one venue account may send, as a token bucket that keeps a reserve for cancels.
///
/// Placing and amending stop while tokens for cancels remain, and stop earlier the less a requote matters: a full bucket
/// serves everybody, a nearly empty one only critical strategies and quotes that are far from where they should be.
public struct OrderRateBudget: Sendable {
    /// The most that can be sent at once, in orders; zero means no limit.
    public let capacity: Int64
    private let nanosecondsPerToken: Int64
    private var spent: Int64  // Nanoseconds of refill that are owed: 0 is a full bucket.
    private var at: Timestamp

    /// `orders` in any window of `windowNanoseconds`; zero `orders` for no limit.
    ///
    /// A bucket that starts full could send twice its capacity within one window, so it holds half of the window's orders
    /// and refills the other half over the window: never more than `orders` in any window.
    public init(orders: Int, windowNanoseconds: Int64) {
        self.capacity = orders == 0 ? 0 : max(1, Int64(orders) / 2)
        // Rounded up: a refill that is a nanosecond too fast adds up to an order too many in a long enough window.
        let refills = max(1, Int64(orders) - self.capacity)
        self.nanosecondsPerToken = orders == 0 ? 0 : max(1, (windowNanoseconds + refills - 1) / refills)
        self.spent = 0
        self.at = .distantPast
    }

    private mutating func refill(_ now: Timestamp) {
        if now > self.at {
            self.spent = max(0, self.spent - now.nanoseconds(since: self.at))
            self.at = now
        }
    }

    /// Takes a token where more than `reserve` of them are left. `reserve` is in tenths of the capacity.
    public mutating func take(keepingTenths reserve: Int64, at now: Timestamp) -> Bool {
        if self.capacity == 0 { return true }
        self.refill(now)
        let floor = self.floor(reserve)
        if self.spent + self.nanosecondsPerToken > (self.capacity - floor) * self.nanosecondsPerToken { return false }
        self.spent += self.nanosecondsPerToken
        return true
    }

    /// When a token will be there with `reserve` tenths left, seen from `now`.
    public func available(keepingTenths reserve: Int64, after now: Timestamp) -> Timestamp {
        let usable = (self.capacity - self.floor(reserve)) * self.nanosecondsPerToken
        return max(now, self.at.advanced(by: self.spent + self.nanosecondsPerToken - usable))
    }

    /// The tokens that `reserve` tenths come to: rounded up, but never all of them, or a small budget would serve nobody.
    private func floor(_ reserve: Int64) -> Int64 { min((self.capacity * reserve + 9) / 10, max(0, self.capacity - 1)) }

    /// Takes all there is: the venue said that too much was sent.
    public mutating func drain(at now: Timestamp) {
        self.refill(now)
        self.spent = self.capacity * self.nanosecondsPerToken
    }

    /// The tenths of the capacity that a placement or requote must leave: two for cancels, more for lower classes, less
    /// the more wrong the standing quote is (`isFarOff`: beyond its drift limit).
    ///
    /// Nothing is kept for cancels where they do not count (`cancelsCount`).
    public static func tenthsToKeep(_ priority: Priority, isFarOff: Bool, cancelsCount: Bool) -> Int64 {
        let kept: Int64 =
            switch priority {
            case .critical: 0
            case .important: 1
            case .normal: 2
            case .low: 3
            }
        return (cancelsCount ? 2 : 0) + (isFarOff ? 0 : kept)
    }

    /// Takes the state into `hash`.
    func hash(into hash: inout StateHash) {
        hash.combine(self.spent)
        hash.combine(self.at.nanoseconds)
    }
}
