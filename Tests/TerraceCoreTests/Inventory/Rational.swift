/// An exact fraction, as far as 128 bits carry it; beyond that, nil.
struct Rational: Equatable {
    let numerator: Int128
    let denominator: Int128

    init(_ whole: Int128) {
        self.numerator = whole
        self.denominator = 1
    }

    init?(_ numerator: Int128, over denominator: Int128) {
        if denominator == 0 { return nil }
        var (left, right) = (numerator.magnitude, denominator.magnitude)
        while right != 0 { (left, right) = (right, left % right) }
        let sign: Int128 = denominator < 0 ? -1 : 1
        self.numerator = sign * numerator / Int128(left)
        self.denominator = sign * denominator / Int128(left)
    }

    func times(_ other: Int128) -> Rational? {
        let (product, overflow) = self.numerator.multipliedReportingOverflow(by: other)
        return overflow ? nil : Rational(product, over: self.denominator)
    }

    func over(_ other: Int128) -> Rational? {
        let (product, overflow) = self.denominator.multipliedReportingOverflow(by: other)
        return overflow ? nil : Rational(self.numerator, over: product)
    }

    func plus(_ other: Rational) -> Rational? {
        let (left, first) = self.numerator.multipliedReportingOverflow(by: other.denominator)
        let (right, second) = other.numerator.multipliedReportingOverflow(by: self.denominator)
        let (sum, third) = left.addingReportingOverflow(right)
        let (below, fourth) = self.denominator.multipliedReportingOverflow(by: other.denominator)
        return first || second || third || fourth ? nil : Rational(sum, over: below)
    }

    func minus(_ other: Rational) -> Rational? {
        other.times(-1).flatMap { self.plus($0) }
    }

    /// The largest whole number that is not above it.
    var floor: Int128 {
        let quotient = self.numerator / self.denominator
        return quotient * self.denominator > self.numerator ? quotient - 1 : quotient
    }

    /// The least whole number that is not below it.
    var ceiling: Int128 { self.floor * self.denominator == self.numerator ? self.floor : self.floor + 1 }
}
