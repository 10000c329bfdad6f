import TerraceCore
import Testing

@Suite("Traded volume") struct VolumeTwinTests {
    static let instrument = InstrumentIndex(0)

    /// Every kind of settings over some or all periods.
    static func settings(_ random: inout TestRandom) -> VolumeSettings {
        var settings = VolumeSettings()
        settings.periods = VolumePeriod.allCases.filter { _ in random.below(2) == 0 }
        if random.below(2) == 0 { settings.periods.reverse() }
        settings.method = [.minimum, .maximum, .middle][Int(random.below(3))]
        settings.average = random.below(2) == 0 ? .simple : .exponential
        settings.unit = random.below(2) == 0 ? .quote : .base
        if random.below(3) == 0 {
            settings.minimum = Coefficient(ppm: 1 + random.below(1_500_000))
            settings.maximum = Coefficient(ppm: settings.minimum.ppm + random.below(2_000_000))
        }
        return settings
    }

    static func isNear(_ left: Double?, _ right: Double?) -> Bool {
        guard let left, let right else { return (left == nil) == (right == nil) }
        return abs(left - right) <= 1e-6 * max(abs(left), abs(right)) + 1e-12
    }

    @Test("is averaged and compared as a history kept whole says, after every bucket", arguments: 1...6)
    func twin(seed: Int) {
        var random = TestRandom(state: UInt64(seed))
        let units = Units.standard
        var table = VolumeTable()
        _ = table.addInstrument(units: units)
        var twin = VolumeTwin()
        var followed: [(VolumeSubscription, VolumeSettings)] = []
        func follow(_ random: inout TestRandom) {
            let settings = Self.settings(&random)
            followed.append((table.subscribe(Self.instrument, settings), settings))
            twin.keep(settings.periods)
        }
        for _ in 0..<4 { follow(&random) }
        var now: Int64 = 1_700_000_000_000_000_000
        // Some buckets are left out, in which nothing was traded.
        var history: [VolumeBucket] = []
        let length = random.below(200)
        for age in stride(from: length, to: 0, by: -1) {
            var bucket = VolumeTwin.Bucket(base: Double(random.below(1_000)), quote: Double(random.below(5_000)))
            if random.below(4) == 0, age < length { bucket = VolumeTwin.Bucket(base: 0, quote: 0) }
            if bucket.base != 0 || bucket.quote != 0 || age == length {
                let start = Timestamp(nanoseconds: now - age * VolumeTable.bucketNanoseconds)
                history.append(VolumeBucket(start: start, base: bucket.base, quote: bucket.quote))
            }
            twin.close(bucket)
        }
        table.warm(Self.instrument, history.span, at: Timestamp(nanoseconds: now + 3_000_000_000))
        table.concludeWarming()
        for (subscription, settings) in followed {
            let ours = table.coefficient(subscription)
            #expect(abs(ours.value - twin.coefficient(settings)) < 2e-6, "seed \(seed), warmed, \(settings)")
        }
        _ = table.roll(to: Timestamp(nanoseconds: now))
        for step in 0..<420 {
            // A few trades, a burst of them, or silence.
            let trades = step % 97 < 20 ? 0 : random.below(4)
            for _ in 0..<trades {
                let price = 1 + random.below(1 << 30)
                let quantity = 1 + random.below(random.below(30) == 0 ? 1 << 44 : 1 << 30)
                table.traded(
                    Self.instrument, Price(units: price), Quantity(units: quantity), at: Timestamp(nanoseconds: now))
                twin.traded(base: Double(quantity) / 1e8, quote: Double(price) * Double(quantity) / 1e16)
            }
            let passed = step % 50 == 49 ? 1 + random.below(8) : step == 350 && seed % 3 == 0 ? 2_000 : 1
            now += passed * 10_000_000_000
            let closed = table.roll(to: Timestamp(nanoseconds: now))
            #expect(closed)
            twin.roll(Int(passed))
            if step == 200 { follow(&random) }
            for period in VolumePeriod.allCases {
                for average in [VolumeAverage.simple, .exponential] {
                    for unit in [VolumeUnit.base, .quote] {
                        let ours = table.average(Self.instrument, period, average, unit)
                        let theirs = twin.average(period, average, unit)
                        #expect(Self.isNear(ours, theirs), "seed \(seed), step \(step), \(period.name) \(average)")
                    }
                }
            }
            for (subscription, settings) in followed {
                let ours = table.coefficient(subscription)
                let theirs = twin.coefficient(settings)
                #expect(abs(ours.value - theirs) < 2e-6, "seed \(seed), step \(step), \(settings)")
            }
        }
    }

    @Test("leaves no ghost of itself behind: rounding does not pass for trades")
    func noGhost() {
        var table = VolumeTable()
        _ = table.addInstrument(units: .standard)
        var settings = VolumeSettings()
        settings.periods = [.seconds30, .minutes1, .minutes5]
        let subscription = table.subscribe(Self.instrument, settings)
        var now: Int64 = 0
        _ = table.roll(to: Timestamp(nanoseconds: 1))
        for quantity in [10_000_000, 20_000_000, 30_000_000] as [Int64] {
            table.traded(Self.instrument, Price(units: 70_000_000), Quantity(units: quantity), at: .distantPast)
            now += 10_000_000_000
            _ = table.roll(to: Timestamp(nanoseconds: now))
        }
        for _ in 0..<29 {
            now += 10_000_000_000
            _ = table.roll(to: Timestamp(nanoseconds: now))
        }
        // The minute and the half minute are long empty, the five minutes hold one bucket: nothing over something.
        let average = table.average(Self.instrument, .minutes1, .simple, .quote)
        #expect(average == 0)
        let least = table.coefficient(subscription)
        #expect(least == settings.minimum)
        now += 10_000_000_000
        _ = table.roll(to: Timestamp(nanoseconds: now))
        let none = table.coefficient(subscription)
        #expect(none == .one, "no volume in any period is no history")
    }

    @Test("is calculated once for all that ask alike, and kept as long as one of them does")
    func shares() {
        var table = VolumeTable()
        _ = table.addInstrument(units: .standard)
        _ = table.addInstrument(units: .standard)
        var settings = VolumeSettings()
        settings.periods = [.seconds30, .minutes1]
        let first = table.subscribe(InstrumentIndex(0), settings)
        for _ in 0..<100 {
            let again = table.subscribe(InstrumentIndex(0), settings)
            #expect(again == first)
        }
        let elsewhere = table.subscribe(InstrumentIndex(1), settings)
        #expect(elsewhere != first)
        for _ in 0..<100 { table.unsubscribe(first) }
        _ = table.roll(to: Timestamp(nanoseconds: 1))
        func trade(_ buckets: ClosedRange<Int64>, _ quantity: Int64) {
            for bucket in buckets {
                table.traded(
                    InstrumentIndex(0), Price(units: 100_000_000), Quantity(units: quantity * 100_000_000),
                    at: .distantPast)
                _ = table.roll(to: Timestamp(nanoseconds: bucket * 10_000_000_000))
            }
        }
        trade(1...3, 1)
        trade(4...6, 3)
        let busy = table.coefficient(first)
        #expect(busy.ppm == 1_500_000)
        // The last one leaves; who comes back later finds it up to date.
        table.unsubscribe(first)
        trade(7...9, 1)
        let back = table.subscribe(InstrumentIndex(0), settings)
        let coefficient = table.coefficient(back)
        #expect(coefficient.ppm == 500_000)
    }

    @Test("is one where nobody heard the trades for a while, and begins anew with those that are heard again")
    func forgotten() {
        var table = VolumeTable()
        _ = table.addInstrument(units: .standard)
        var settings = VolumeSettings()
        settings.periods = [.seconds30, .minutes1]
        let subscription = table.subscribe(Self.instrument, settings)
        table.resume(Self.instrument)
        _ = table.roll(to: Timestamp(nanoseconds: 1))
        func trade(_ buckets: ClosedRange<Int64>, _ quantity: Int64) -> Int64 {
            for bucket in buckets {
                if quantity > 0 {
                    table.traded(
                        Self.instrument, Price(units: 100_000_000), Quantity(units: quantity * 100_000_000),
                        at: .distantPast)
                }
                _ = table.roll(to: Timestamp(nanoseconds: bucket * 10_000_000_000))
            }
            return Int64(table.coefficient(subscription).ppm)
        }
        _ = trade(1...3, 1)
        #expect(trade(4...6, 3) == 1_500_000)
        table.forget(Self.instrument)
        let forgotten = table.coefficient(subscription)
        #expect(forgotten == .one)
        // Neither the silence nor what comes late counts.
        #expect(trade(7...7, 9) == 1_000_000)
        #expect(trade(8...40, 0) == 1_000_000)
        table.resume(Self.instrument)
        #expect(trade(41...43, 1) == 1_000_000)
        #expect(trade(44...46, 3) == 1_500_000)
    }
}
