/* SPDX-License-Identifier: MIT */
/* Payloads supplied at boot time, and the generic image for them. */
#include "unit.h"

#include "abi/layout.h"
#include "abi/stub_blob.h"
#include "common/boot_sector.h"
#include "image/container.h"
#include "image/services.h"
#include "image/services_read.h"
#include "payload/payload.h"


static struct rj_error error;       /* of the last call that failed */
extern const struct payload_kind payload_boot;

static void seal(struct rj_plan *plan)
{
	struct rj_service_table table = { rj_service_blobs, rj_service_blob_count };

	rj_plan_init(plan, 0x80);
	assert_int_equal(payload_boot.take(plan, "initrd", &error), RJ_OK);
	assert_int_equal(rj_services_plan(plan, &table, &error), RJ_OK);
	assert_int_equal(rj_plan_seal(plan, &error), RJ_OK);
}

/* The piece that runs at run time comes before the services, whatever they are. */
static void image_for_it(void **state)
{
	for (unsigned mode = 0; mode < RJ_INT13_COUNT; mode++) {
		struct rj_service_table table = { rj_service_blobs, rj_service_blob_count };
		struct rj_services_info info;
		struct rj_plan plan;

		rj_plan_init(&plan, 0x80);
		plan.services.int13 = (uint8_t)mode;
		assert_int_equal(payload_boot.take(&plan, "initrd", &error), RJ_OK);
		assert_int_equal(rj_services_plan(&plan, &table, &error), RJ_OK);
		assert_int_equal(rj_plan_seal(&plan, &error), RJ_OK);
		assert_int_equal(plan.piece_count, 4);
		assert_int_equal(plan.pieces[0].size, SECTOR_SIZE);
		assert_int_equal(plan.pieces[1].flags, RJ_PIECE_RUNTIME);
		assert_int_equal(plan.pieces[2].flags, RJ_PIECE_MAKER);
		assert_int_equal(plan.pieces[3].flags, RJ_PIECE_SERVICES);
		rj_services_of_plan(&info, unit_stub(), &plan);
		assert_true(info.carried && !info.wrong);
		rj_plan_free(&plan);
	}
	(void)state;
}

/* A generic image cannot be its own payload. */
static void not_as_payload(void **state)
{
	struct rj_blob blob = { rj_stub_blob, rj_stub_blob_size };
	struct rj_image image;
	struct rj_plan plan;

	(void)state;
	seal(&plan);
	assert_error(container_payload.write(&container_payload, &plan, &blob, &unit_nowhere, &image,
					     &error), &error, RJ_BAD, "cannot boot what is supplied at boot time");
	rj_plan_free(&plan);
}

UNIT_MAIN(cmocka_unit_test(image_for_it), cmocka_unit_test(not_as_payload))
