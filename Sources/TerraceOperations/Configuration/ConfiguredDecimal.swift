import TerraceCore

/// A decimal number of a configuration, exact, with its place: bound to a pair's units only when these are known.
public struct ConfiguredDecimal: Hashable, Sendable {
    /// The decimals that a number may have, as those of the finest unit.
    public static let decimals = 18

    /// The count of 10^-18.
    public let units: Int128
    /// Where it stands.
    public let place: Place
    /// What messages call it, such as `"min_price" in tob_lines[0]`.
    public let name: String
    /// False for what stands in for a missing or wrong number, so that a file that is refused can still be read to its end.
    let isGiven: Bool

    init(units: Int128, place: Place, name: String, isGiven: Bool = true) {
        self.units = units
        self.place = place
        self.name = name
        self.isGiven = isGiven
    }

    /// The number as decimal text.
    public var text: String { DecimalText.text(of: self.units, exponent: -Self.decimals) }

    /// How many decimals it needs.
    var decimalCount: Int {
        var rest = self.units
        var decimals = Self.decimals
        while decimals > 0, rest % 10 == 0 {
            rest /= 10
            decimals -= 1
        }
        return decimals
    }

    /// The number as a whole count of 10^`exponent`, or why it is none.
    ///
    /// `exponent` is within -20...12. A number is below 10^36 units of 10^-18, so that two more decimals still fit.
    func count(exponent: Int, limit: Int128) throws(MoneyError) -> Int128 {
        let shift = exponent + Self.decimals
        guard shift > 0 else {
            let (product, overflow) = self.units.multipliedReportingOverflow(by: DecimalText.powerOfTen(-shift))
            guard !overflow, product.magnitude <= limit.magnitude else { throw .tooLarge }
            return product
        }
        let (quotient, remainder) = self.units.quotientAndRemainder(dividingBy: DecimalText.powerOfTen(shift))
        guard remainder == 0 else { throw .finerThanUnit(exponent: exponent) }
        guard quotient.magnitude <= limit.magnitude else { throw .tooLarge }
        return quotient
    }
}
