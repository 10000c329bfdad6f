import TerraceCore

/// Traded volume the slow, obvious way: every closed bucket since the beginning in an array, every figure calculated anew.
struct VolumeTwin {
    struct Bucket {
        var base = 0.0
        var quote = 0.0
    }

    /// Oldest first, from the first subscription on.
    var history: [Bucket] = []
    var current = Bucket()
    /// How many of the newest buckets are known: what was closed before a longer period was asked for is gone.
    var known = 0
    var kept = 0

    mutating func keep(_ periods: [VolumePeriod]) { self.kept = max(self.kept, periods.map { $0.buckets }.max() ?? 0) }

    mutating func traded(base: Double, quote: Double) {
        self.current.base += base
        self.current.quote += quote
    }

    mutating func close(_ bucket: Bucket) {
        if self.kept == 0 { return }
        self.history.append(bucket)
        self.known = min(self.known + 1, self.kept)
    }

    mutating func roll(_ buckets: Int) {
        for _ in 0..<buckets {
            self.close(self.current)
            self.current = Bucket()
        }
    }

    func average(_ period: VolumePeriod, _ average: VolumeAverage, _ unit: VolumeUnit) -> Double? {
        if self.known == 0 || period.buckets > self.kept { return nil }
        func volume(_ bucket: Bucket) -> Double { unit == .base ? bucket.base : bucket.quote }
        switch average {
        case .simple:
            let span = self.history.suffix(min(self.known, period.buckets))
            return span.reduce(0) { $0 + volume($1) } / Double(span.count)
        case .exponential:
            let weight = 2 / (Double(period.buckets) + 1)
            return self.history.dropFirst().reduce(volume(self.history[0])) {
                $0 * (1 - weight) + weight * volume($1)
            }
        }
    }

    func coefficient(_ settings: VolumeSettings) -> Double {
        let periods = settings.periods.sorted()
        var ratios: [Double] = []
        for (place, shorter) in periods.enumerated() {
            for longer in periods[(place + 1)...] {
                guard let over = self.average(shorter, settings.average, settings.unit),
                    let under = self.average(longer, settings.average, settings.unit), under > 0
                else { continue }
                ratios.append(over / under)
            }
        }
        var value = 1.0
        if let least = ratios.min(), let greatest = ratios.max() {
            switch settings.method {
            case .minimum: value = least
            case .maximum: value = greatest
            case .middle: value = (least + greatest) / 2
            }
        }
        return min(max(value, settings.minimum.value), settings.maximum.value)
    }
}
