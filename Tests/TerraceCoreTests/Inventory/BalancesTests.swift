import TerraceCore
import Testing

@Suite("Balances") struct BalancesTests {
    struct Key: Hashable {
        let venue: UInt8
        let asset: UInt16
    }

    @Test("are what a list of entries comes to, each venue's and coin's own", arguments: 1...20)
    func twin(seed: Int) {
        var random = TestRandom(state: UInt64(seed))
        var balances = Balances(venues: 4, assets: 7)
        var totals: [Key: [Amount]] = [:]
        var reserved: [Key: [Amount]] = [:]
        for _ in 0..<400 {
            let key = Key(venue: UInt8(random.below(4)), asset: UInt16(random.below(7)))
            let (venue, asset) = (VenueIndex(key.venue), AssetIndex(key.asset))
            let amount = Amount(units: Int128(random.below(1 << 62)) * (1 << 30) - Int128(1 << 60) * (1 << 30))
            switch random.below(3) {
            case 0:
                balances.setTotal(venue, asset, amount)
                totals[key] = [amount]
            case 1:
                balances.add(venue, asset, amount)
                totals[key, default: []].append(amount)
            default:
                balances.reserve(venue, asset, amount)
                reserved[key, default: []].append(amount)
            }
            for venue in 0..<4 as Range<UInt8> {
                for asset in 0..<7 as Range<UInt16> {
                    let key = Key(venue: venue, asset: asset)
                    let total = (totals[key] ?? []).reduce(.zero, +)
                    let held = (reserved[key] ?? []).reduce(.zero, +)
                    let ours = balances.total(VenueIndex(venue), AssetIndex(asset))
                    let back = balances.reserved(VenueIndex(venue), AssetIndex(asset))
                    let free = balances.free(VenueIndex(venue), AssetIndex(asset))
                    #expect(ours == total && back == held && free == total - held, "seed \(seed)")
                }
            }
        }
    }
}
