import Testing
import TerraceCore

@Suite("The resource plan") struct ResourcePlanTests {
    @Test(
        "shares connections and queues by the number of pairs, between bounds",
        arguments: [
            (0, 5, 10, 100), (1, 5, 10, 100), (10, 5, 10, 100), (11, 5, 10, 110), (59, 5, 11, 590), (60, 6, 12, 600),
            (100, 10, 20, 1_000), (199, 19, 39, 1_000), (200, 20, 40, 1_000), (500, 20, 40, 1_000),
            (Int.max, 20, 40, 1_000), (-1, 5, 10, 100),
        ])
    func formulas(pairs: Int, database: Int, redis: Int, queues: Int) {
        let plan = ResourcePlan(pairs: pairs)
        #expect(plan.databaseConnections == database && plan.redisConnections == redis && plan.workQueues == queues)
    }

    @Test("never takes more than 60 connections in all") func total() {
        for pairs in 0...2_000 {
            let plan = ResourcePlan(pairs: pairs)
            #expect(plan.databaseConnections + plan.redisConnections <= 60)
        }
    }
}
