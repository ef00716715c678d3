/* SPDX-License-Identifier: MIT */
/*
 * rjpack doctor: whether the way back will work on this machine, and how to do it.
 */
#include "doctor/doctor.h"
#include "image/read.h"

#include <stdlib.h>

#include "command.h"
#include "diag.h"
#include "options.h"

static enum rj_err read_image(struct doctor *doctor, const char *path, struct rj_error *err)
{
	struct rj_input input;
	enum rj_err code;

	if (rj_input_open(&input, path, err))
		return err->class;
	doctor->image_name = path;
	code = rj_image_read(&doctor->image, &input, err);
	rj_input_close(&input);
	return code;
}

static int examine(struct doctor *doctor, bool as_json)
{
	static struct doctor_finding findings[DOCTOR_CHECKS_MAX];
	static struct doctor_advice advice;
	bool works = true;

	for (size_t i = 0; i < doctor_check_count; i++) {
		doctor_checks[i].run(doctor, &findings[i]);
		works = works && findings[i].rating != DOCTOR_PROBLEM;
	}
	doctor_advise(doctor, &advice);
	(as_json ? doctor_json : doctor_print)(doctor, findings, &advice, works);
	return works ? RJ_OK : RJ_BAD;
}

int run_doctor(const struct options *options)
{
	static struct doctor doctor;
	const char *path = getenv("PATH");
	struct rj_error error;

	if (options->operand_count > 1)
		return diag_extra(options->operands[1].text);
	if (options->operand_count == 1 && read_image(&doctor, options->operands[0].text, &error))
		return diag_about(options->operands[0].text, NULL, &error);
	rj_machine_read(&doctor.machine, options->root.text, path ? path : "");
	if (*options->root.text && !rj_root_has(&doctor.machine.root, "/")) {
		rj_fail(&error, RJ_BAD, "no such directory");
		return diag_about(options->root.text, &options->root.origin, &error);
	}
	return examine(&doctor, options->json);
}
