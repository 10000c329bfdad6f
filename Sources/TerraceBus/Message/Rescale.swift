internal import TerraceCore

/// Turns numbers counted in one power of ten into numbers counted in another, exactly or not at all.
struct Rescale {
    private let multiplier: Int64
    private let divisor: Int64

    /// From 10^`from` to 10^`to`; nil where they are more than 10^18 apart.
    init?(from: Int, to: Int) {
        guard abs(from - to) <= 18 else { return nil }
        self.multiplier = from > to ? Grain.powers[from - to] : 1
        self.divisor = from < to ? Grain.powers[to - from] : 1
    }

    /// The number in the other unit; nil where it is no whole number, or outside `0...limit`.
    func apply(_ value: Int64, limit: Int64) -> Int64? {
        guard value >= 0 else { return nil }
        if self.divisor > 1 {
            let (quotient, remainder) = value.quotientAndRemainder(dividingBy: self.divisor)
            return remainder == 0 && quotient <= limit ? quotient : nil
        }
        let (product, overflow) = value.multipliedReportingOverflow(by: self.multiplier)
        return overflow || product > limit ? nil : product
    }
}
