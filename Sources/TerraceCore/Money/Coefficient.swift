/// A coefficient in parts per million: what a signal or the inventory says, taken over into integer arithmetic.
///
/// The signal itself is a `Double`; it is rounded once, here, so that nothing that touches money is a float.
public struct Coefficient: Hashable, Comparable, Sendable {
    /// Parts per million.
    public var ppm: Int64

    /// `ppm` parts per million.
    public init(ppm: Int64) { self.ppm = ppm }

    /// Rounds to nearest. `nan` counts as 1, values beyond ±1,000,000 are held there.
    public init(_ value: Double) {
        let scaled = (value * 1_000_000).rounded()
        self.ppm = scaled.isNaN ? 1_000_000 : Int64(min(max(scaled, -1e12), 1e12))
    }

    /// The coefficient 1, which changes nothing.
    public static let one = Coefficient(ppm: 1_000_000)
    /// The coefficient 0.
    public static let zero = Coefficient(ppm: 0)

    /// Orders by the count.
    public static func < (left: Coefficient, right: Coefficient) -> Bool { left.ppm < right.ppm }

    /// This coefficient's magnitude.
    public var magnitude: Coefficient { Coefficient(ppm: self.ppm < 0 ? -self.ppm : self.ppm) }

    /// For people and statistics.
    public var value: Double { Double(self.ppm) / 1_000_000 }
}
