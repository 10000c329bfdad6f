/// One instrument's volume: a ring of closed buckets as long as the longest period that is followed, a running sum and an
/// exponential average for each period. Closing a bucket is O(periods).
struct InstrumentVolume: ~Copyable {
    private struct Volume {
        var base = 0.0
        var quote = 0.0
        var isEmpty: Bool { self.base == 0 && self.quote == 0 }
    }

    private let basePerUnit: Double
    private let quotePerUnit: Double
    private var current = Volume()
    private var ring: [Volume] = []
    private var next = 0
    private var filled = 0
    private var sums = [Volume](repeating: Volume(), count: VolumePeriod.allCases.count)
    private var exponential = [Volume](repeating: Volume(), count: VolumePeriod.allCases.count)
    private var traded = [Int](repeating: 0, count: VolumePeriod.allCases.count)  // Buckets of each period with volume.
    private var closedEver = false
    private var isSilent = false  // Nobody hears its trades: that none come says nothing.

    init(units: Units) {
        self.basePerUnit = Self.power(units.quantityExponent)
        self.quotePerUnit = Self.power(units.priceExponent + units.quantityExponent)
    }

    private static func power(_ exponent: Int) -> Double {
        var value = 1.0
        for _ in 0..<abs(exponent) { value *= 10 }
        return exponent < 0 ? 1 / value : value
    }

    /// Keeps at least `buckets` closed buckets from now on; those that are there stay.
    mutating func keep(_ buckets: Int) {
        if buckets <= self.ring.count { return }
        var longer = [Volume](repeating: Volume(), count: buckets)
        for age in 0..<self.filled { longer[self.filled - 1 - age] = self.bucket(age: age) }
        self.ring = longer
        self.next = self.filled % buckets
        self.resum()
    }

    /// Nobody hears its trades any more: what is known would pass for a market that fell silent, and is forgotten.
    mutating func forget() {
        self.isSilent = true
        self.current = Volume()
        (self.next, self.filled, self.closedEver) = (0, 0, false)
        for index in self.sums.indices {
            (self.sums[index], self.exponential[index], self.traded[index]) = (Volume(), Volume(), 0)
        }
    }

    /// Its trades are heard again.
    mutating func resume() { self.isSilent = false }

    mutating func add(_ price: Price, _ quantity: Quantity) {
        if self.isSilent { return }
        let base = Double(quantity.units)
        self.current.base += base * self.basePerUnit
        self.current.quote += Double(price.units) * base * self.quotePerUnit
    }

    /// Closes the current bucket, and empty ones behind it.
    ///
    /// - Precondition: `buckets` is at least 1.
    mutating func close(buckets: Int64) {
        if self.isSilent { return }
        let closed = self.current
        self.current = Volume()
        self.close(base: closed.base, quote: closed.quote)
        self.closeSilent(buckets - 1)
    }

    /// Takes in history up to the bucket that begins at `boundary`, which goes on with what it has.
    mutating func warm(_ buckets: Span<VolumeBucket>, until boundary: Int64) {
        var due: Int64?
        for index in buckets.indices {
            let start = VolumeTable.start(of: buckets[index].start)
            guard start >= 0 else { continue }
            if start >= boundary {
                self.current.base += buckets[index].base
                self.current.quote += buckets[index].quote
                continue
            }
            if let due {
                if start < due { continue }
                self.closeSilent((start - due) / VolumeTable.bucketNanoseconds)
            }
            self.close(base: buckets[index].base, quote: buckets[index].quote)
            due = start + VolumeTable.bucketNanoseconds
        }
        if let due { self.closeSilent((boundary - due) / VolumeTable.bucketNanoseconds) }
    }

    /// Closes so many buckets in which nothing was traded.
    private mutating func closeSilent(_ silent: Int64) {
        if silent <= Int64(self.ring.count) {
            for _ in 0..<silent { self.close(base: 0, quote: 0) }
            return
        }
        // Silent for longer than anything that is kept: every simple average is zero, the exponential ones have died down.
        for index in 0..<self.ring.count { self.ring[index] = Volume() }
        self.next = 0
        self.filled = self.ring.count
        self.resum()
        for (index, period) in VolumePeriod.allCases.enumerated() {
            let left = Self.power(1 - Self.weight(period), silent)
            self.exponential[index].base *= left
            self.exponential[index].quote *= left
        }
    }

    /// The weight of the newest bucket in a period's exponential average.
    private static func weight(_ period: VolumePeriod) -> Double { 2 / (Double(period.buckets) + 1) }

    /// `factor` to a power, by squaring.
    private static func power(_ factor: Double, _ exponent: Int64) -> Double {
        var result = 1.0
        var square = factor
        var left = exponent
        while left > 0 {
            if left & 1 == 1 { result *= square }
            square *= square
            left >>= 1
        }
        return result
    }

    mutating func close(base: Double, quote: Double) {
        if self.ring.isEmpty { return }
        for (index, period) in VolumePeriod.allCases.enumerated() {
            if period.buckets <= self.filled {
                let gone = self.bucket(age: period.buckets - 1)
                self.sums[index].base -= gone.base
                self.sums[index].quote -= gone.quote
                if !gone.isEmpty { self.traded[index] -= 1 }
            }
            self.sums[index].base += base
            self.sums[index].quote += quote
            if base != 0 || quote != 0 { self.traded[index] += 1 }
            // Taking away what was added leaves rounding behind, which must not pass for volume where none is left.
            if self.traded[index] == 0 { self.sums[index] = Volume() }
            let weight = self.closedEver ? Self.weight(period) : 1
            self.exponential[index].base += weight * (base - self.exponential[index].base)
            self.exponential[index].quote += weight * (quote - self.exponential[index].quote)
        }
        self.closedEver = true
        self.ring[self.next] = Volume(base: base, quote: quote)
        self.next = (self.next + 1) % self.ring.count
        self.filled = min(self.filled + 1, self.ring.count)
        // Once a ring the rounding is wiped out altogether.
        if self.next == 0 { self.resum() }
    }

    private func bucket(age: Int) -> Volume {
        self.ring[(self.next - 1 - age + 2 * self.ring.count) % self.ring.count]
    }

    private mutating func resum() {
        for (index, period) in VolumePeriod.allCases.enumerated() {
            var sum = Volume()
            var traded = 0
            for age in 0..<min(period.buckets, self.filled) {
                let bucket = self.bucket(age: age)
                sum.base += bucket.base
                sum.quote += bucket.quote
                if !bucket.isEmpty { traded += 1 }
            }
            self.sums[index] = sum
            self.traded[index] = traded
        }
    }

    func average(_ period: VolumePeriod, _ average: VolumeAverage, _ unit: VolumeUnit) -> Double? {
        guard self.filled > 0, let index = VolumePeriod.allCases.firstIndex(of: period) else { return nil }
        guard period.buckets <= self.ring.count else { return nil }
        let volume: Volume
        switch average {
        case .simple:
            let count = Double(min(self.filled, period.buckets))
            volume = Volume(base: self.sums[index].base / count, quote: self.sums[index].quote / count)
        case .exponential:
            volume = self.exponential[index]
        }
        return max(0, unit == .base ? volume.base : volume.quote)
    }

    /// The ratios of each shorter period's average to each longer one's; their least, greatest or middle; clamped.
    ///
    /// While fewer buckets are closed than the shorter period spans, both averages are over the same buckets and the ratio
    /// is 1. Where nothing was traded in the longer period there is no ratio; without any, the coefficient is 1.
    func coefficient(_ settings: VolumeSettings) -> Coefficient {
        var least = Double.infinity
        var greatest = -Double.infinity
        for (position, shorter) in settings.periods.enumerated() {
            for longer in settings.periods[(position + 1)...] {
                guard let over = self.average(shorter, settings.average, settings.unit),
                    let under = self.average(longer, settings.average, settings.unit), under > 0
                else { continue }
                let ratio = over / under
                least = min(least, ratio)
                greatest = max(greatest, ratio)
            }
        }
        if greatest < 0 { return min(max(.one, settings.minimum), settings.maximum) }
        let value: Double =
            switch settings.method {
            case .minimum: least
            case .maximum: greatest
            case .middle: (least + greatest) / 2
            }
        return min(max(Coefficient(value), settings.minimum), settings.maximum)
    }

    func hash(into hash: inout StateHash) {
        hash.combine(self.current.base)
        hash.combine(self.current.quote)
        hash.combine(self.filled)
        hash.combine(self.isSilent)
        for index in 0..<self.sums.count {
            for volume in [self.sums[index], self.exponential[index]] {
                hash.combine(volume.base)
                hash.combine(volume.quote)
            }
        }
        for age in 0..<self.filled {
            hash.combine(self.bucket(age: age).base)
            hash.combine(self.bucket(age: age).quote)
        }
    }
}
