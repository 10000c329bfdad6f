internal import TerraceCore

/// The coarsest power of ten that counts every number seen so far, so that prices with few decimals are few bytes.
struct Grain {
    /// 10^0 to 10^18.
    static let powers: [Int64] = (0...18).map { Int64(truncatingIfNeeded: DecimalText.powerOfTen($0)) }

    /// The exponent, 0...8: only ever falls.
    private(set) var exponent = 8
    private(set) var power: Int64 = Grain.powers[8]

    /// Takes `value` in; zero is counted by every power.
    mutating func admit(_ value: Int64) {
        while value % self.power != 0 {
            self.exponent -= 1
            self.power = Self.powers[self.exponent]
        }
    }
}
