/// One line as the evaluation wants it: both kinds in one shape, limits without optionals.
struct LineTerms: Equatable {
    let isTopOfBook: Bool
    let spread: Int64
    let minimumSpread: Int64
    let maximumSpread: Int64
    let quantity: Int64  // Hourly for top-of-book lines, of each order for passive ones.
    let randomization: Int64
    let timeout: Int64
    let drift: Int64
    let usesVolume: Bool
    let usesInventory: Bool
    let sides: LineSides
    let minimumPrice: Int64
    let maximumPrice: Int64

    init(_ line: TopOfBookLine) {
        self.isTopOfBook = true
        self.spread = line.spread.units
        self.minimumSpread = 0
        self.maximumSpread = 0
        self.quantity = line.hourlyQuantity.units
        self.randomization = 0
        self.timeout = line.timeoutNanoseconds
        self.drift = line.drift.units
        self.usesVolume = line.coefficientMethod.usesVolume
        self.usesInventory = line.coefficientMethod.usesInventory
        self.sides = line.sides
        self.minimumPrice = line.minimumPrice?.units ?? 0
        self.maximumPrice = line.maximumPrice?.units ?? Price.limit
    }

    init(_ line: PassiveLine) {
        self.isTopOfBook = false
        self.spread = line.spread.units
        self.minimumSpread = line.minimumSpread.units
        self.maximumSpread = line.maximumSpread.units
        self.quantity = line.quantity.units
        self.randomization = line.randomization.ppm
        self.timeout = line.timeoutNanoseconds
        self.drift = line.drift.units
        self.usesVolume = line.coefficientMethod.usesVolume
        self.usesInventory = line.coefficientMethod.usesInventory
        self.sides = line.sides
        self.minimumPrice = line.minimumPrice?.units ?? 0
        self.maximumPrice = line.maximumPrice?.units ?? Price.limit
    }
}
