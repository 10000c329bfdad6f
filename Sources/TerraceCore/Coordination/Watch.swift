/// What the desk keeps of a strategy to tell at a glance whether a move of the market asks anything of it: one cache line.
struct Watch {
    /// What all its slots' bands have in common, and what the collar allows for the consolidated mid.
    var referenceLow = Int64.max
    var referenceHigh = Int64.min
    var midLow = Int64.max
    var midHigh = Int64.min
    /// The instruments of its pair whose touch has moved since its last evaluation, by place in the pair.
    var moved: UInt64 = 0
    /// The reference price of the last evaluation; zero where there was none.
    var reference = Price.zero
    /// The next strategy on the same pair, or -1.
    var nextOnPair: Int32 = -1
    /// Where its venues' bands begin, one an instrument of the pair.
    let firstBand: UInt32
    var priority: Priority
    /// Whether it is on its pair's list: not once it was removed and its last order is gone.
    var isLinked = false
    /// All slots are to be looked at, because something happened that no band knows of.
    var needsLook = true
    /// A loss limit has to be reckoned at every reference price.
    var watchesLoss: Bool

    init(firstBand: UInt32, priority: Priority, watchesLoss: Bool) {
        self.firstBand = firstBand
        self.priority = priority
        self.watchesLoss = watchesLoss
    }

    /// Whether all slots' bands hold at this reference price, and the collar at this mid; touches are not looked at.
    @inline(__always)
    func holds(_ reference: Int64, mid: Int64) -> Bool {
        !self.needsLook && reference >= self.referenceLow && reference <= self.referenceHigh && self.allows(mid: mid)
    }

    /// Whether all prices that may be wanted are within the collar at this mid.
    @inline(__always)
    func allows(mid: Int64) -> Bool { mid >= self.midLow && mid <= self.midHigh }
}
