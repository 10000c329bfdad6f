/// Traded volume of all instruments of a shard in buckets of 10 s, and the coefficients made of it.
///
/// A coefficient is calculated once per instrument and settings, when a bucket closes, however many strategies use it. The
/// figures are estimates and are `Double`; what leaves for arithmetic with money is a `Coefficient`.
public struct VolumeTable: ~Copyable {
    /// The length of a bucket.
    public static let bucketNanoseconds: Int64 = 10_000_000_000

    struct Subscription {
        let instrument: Int
        let settings: VolumeSettings
        var users: Int
        var coefficient: Coefficient
    }

    private var instruments = FixedArray<InstrumentVolume>()
    private var subscriptions = FixedArray<Subscription>()
    /// When the current buckets end; before the first `roll`, the distant past.
    public private(set) var nextBoundary = Timestamp.distantPast

    /// No instruments.
    public init() {}

    /// Adds an instrument, in the order of `InstrumentIndex`, and returns its index.
    public mutating func addInstrument(units: Units) -> Int {
        self.instruments.grow(by: 1)
        self.instruments.append(InstrumentVolume(units: units))
        return self.instruments.count - 1
    }

    /// Follows an instrument's coefficient under `settings`; the same ones share a calculation. Allocates.
    ///
    /// What was traded before the first subscription that needs so long a period is not known to it: until its buckets are
    /// there, averages are over those that are.
    public mutating func subscribe(_ instrument: InstrumentIndex, _ wanted: VolumeSettings) -> VolumeSubscription {
        var settings = wanted
        settings.periods.sort()
        for index in 0..<self.subscriptions.count
        where self.subscriptions[index].instrument == instrument.index
            && self.subscriptions[index].settings == settings && self.subscriptions[index].users > 0
        {
            self.subscriptions[index].users += 1
            return VolumeSubscription(index: index)
        }
        self.instruments[instrument.index].keep(settings.periods.map { $0.buckets }.max() ?? 0)
        let new = Subscription(
            instrument: instrument.index, settings: settings, users: 1,
            coefficient: self.instruments[instrument.index].coefficient(settings))
        for free in 0..<self.subscriptions.count where self.subscriptions[free].users == 0 {
            self.subscriptions[free] = new
            return VolumeSubscription(index: free)
        }
        self.subscriptions.grow(by: 1)
        self.subscriptions.append(new)
        return VolumeSubscription(index: self.subscriptions.count - 1)
    }

    /// Ends a subscription.
    public mutating func unsubscribe(_ subscription: VolumeSubscription) {
        self.subscriptions[subscription.index].users -= 1
    }

    /// A public trade, counted into the current bucket whatever its venue says of its time.
    public mutating func traded(
        _ instrument: InstrumentIndex, _ price: Price, _ quantity: Quantity, at time: Timestamp
    ) {
        self.instruments[instrument.index].add(price, quantity)
    }

    /// Takes in the history of an instrument up to `now`, oldest first, before its first trade and behind all subscriptions to
    /// it. In buckets that are left out nothing was traded; one that is not later than the one before it is passed over. The
    /// bucket that `now` lies in goes on with what it has.
    ///
    /// - Parameter now: The same moment for all instruments. `concludeWarming` follows when all are in.
    /// - Complexity: O(buckets x periods); does not allocate.
    public mutating func warm(_ instrument: InstrumentIndex, _ buckets: Span<VolumeBucket>, at now: Timestamp) {
        if self.nextBoundary == .distantPast {
            self.nextBoundary = Timestamp(nanoseconds: Self.start(of: now)).advanced(by: Self.bucketNanoseconds)
        }
        self.instruments[instrument.index].warm(buckets, until: self.nextBoundary.nanoseconds - Self.bucketNanoseconds)
    }

    /// Calculates the coefficients that follow from the history.
    public mutating func concludeWarming() { self.calculate() }

    /// When the bucket began that a moment lies in.
    static func start(of moment: Timestamp) -> Int64 {
        moment.nanoseconds / Self.bucketNanoseconds * Self.bucketNanoseconds
    }

    /// Nobody follows an instrument any more. What was traded is forgotten, so that the silence does not count as none: where it
    /// is followed again, it begins without history.
    public mutating func forget(_ instrument: InstrumentIndex) {
        self.instruments[instrument.index].forget()
        for index in 0..<self.subscriptions.count where self.subscriptions[index].instrument == instrument.index {
            self.subscriptions[index].coefficient = self.instruments[instrument.index].coefficient(
                self.subscriptions[index].settings)
        }
    }

    /// An instrument is followed, for the first time or again.
    public mutating func resume(_ instrument: InstrumentIndex) { self.instruments[instrument.index].resume() }

    /// Closes the buckets that have ended by `now`, and recalculates each coefficient once.
    ///
    /// - Returns: whether any bucket closed.
    /// - Complexity: O(instruments x periods), times the closed buckets up to the longest period kept.
    public mutating func roll(to now: Timestamp) -> Bool {
        if now < self.nextBoundary { return false }
        let start = Self.start(of: now)
        let isFirst = self.nextBoundary == .distantPast
        let closed = isFirst ? 0 : (start - self.nextBoundary.nanoseconds) / Self.bucketNanoseconds + 1
        self.nextBoundary = Timestamp(nanoseconds: start).advanced(by: Self.bucketNanoseconds)
        if isFirst { return false }
        for index in 0..<self.instruments.count { self.instruments[index].close(buckets: closed) }
        self.calculate()
        return true
    }

    private mutating func calculate() {
        for index in 0..<self.subscriptions.count where self.subscriptions[index].users > 0 {
            let settings = self.subscriptions[index].settings
            self.subscriptions[index].coefficient =
                self.instruments[self.subscriptions[index].instrument].coefficient(settings)
        }
    }

    /// The coefficient of a subscription, as of the last closed bucket; 1 without history.
    public func coefficient(_ subscription: VolumeSubscription) -> Coefficient {
        self.subscriptions[subscription.index].coefficient
    }

    /// The mean volume of a bucket over a period, in whole coins; nil without a closed bucket or where the period is not kept.
    public func average(
        _ instrument: InstrumentIndex, _ period: VolumePeriod, _ average: VolumeAverage, _ unit: VolumeUnit
    ) -> Double? {
        self.instruments[instrument.index].average(period, average, unit)
    }

    /// Takes the state of all volumes into `hash`.
    public func hash(into hash: inout StateHash) {
        hash.combine(self.nextBoundary.nanoseconds)
        for index in 0..<self.instruments.count { self.instruments[index].hash(into: &hash) }
        for index in 0..<self.subscriptions.count {
            hash.combine(self.subscriptions[index].users)
            hash.combine(self.subscriptions[index].coefficient.ppm)
        }
    }
}

/// Where a strategy finds its coefficient.
public struct VolumeSubscription: Sendable, Equatable {
    let index: Int
}
